import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { keyedText } from './scripts/keyed-text.ts';
import { preloadStart } from './scripts/preload-start.ts';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: [keyedText(), vitePreprocess()],
  compilerOptions: { runes: true },
  kit: {
    // A single-page app: every deep link is answered with the same page, by the relay and by the service worker.
    // Compressed here, once and as well as can be, instead of by each relay when it is asked.
    adapter: preloadStart(adapter({ fallback: 'index.html', precompress: true })),
    // Absolute paths: with relative ones a deep link opened offline asks for its assets in the wrong folder.
    paths: { relative: false },
    // The page registers the worker itself, so that an update is offered and never applied during a call.
    serviceWorker: { register: false },
  },
};
