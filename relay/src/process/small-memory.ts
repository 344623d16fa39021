import { setFlagsFromString } from 'node:v8';

/**
 * Imported before everything else by whatever is a relay's process, however it was started: settings of the process
 * under which a connection that does nothing costs least.
 */

/**
 * V8 lets the space for new objects grow to 32 MiB where much is allocated, and keeps it. A relay allocates little at a
 * time; 1 MiB, what it begins with, costs it some more and shorter collections. (`--max-semi-space-size` says the same,
 * but on the command line only.)
 */
setFlagsFromString('--semi-space-growth-factor=1');

/**
 * Node cuts small buffers out of slabs of 64 KiB. One of them that lives as long as a connection keeps the whole slab,
 * whose other buffers are long gone.
 */
Buffer.poolSize = 0;
