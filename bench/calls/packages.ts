import { join } from 'node:path';

/** Where the packages of the contenders are, and nothing else: the product installs none of them. */
export const PACKAGES = join(import.meta.dirname, 'packages');
