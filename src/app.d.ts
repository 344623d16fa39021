/** The version of `package.json`, put in by `vite.config.ts`. */
declare const __WOXLY_VERSION__: string;
