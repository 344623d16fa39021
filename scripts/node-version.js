/**
 * Preloaded with `--import` by every npm script that runs TypeScript: ends at once, in one line, where Node is
 * too old to strip types (22.18 is the first that does so by itself).
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`WOXLY needs Node 22.18 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
