import { buildApp } from './app-build.ts';

const { ok, output } = await buildApp();
process.stdout.write(output);
process.exitCode = ok ? 0 : 1;
