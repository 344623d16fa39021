import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import packageJson from './package.json' with { type: 'json' };
import messages from './paraglide.config.js';
import { chunkGroups } from './scripts/chunk-groups.ts';
import { webrtcDialFix } from './scripts/webrtc-dial-fix.ts';

export default defineConfig({
  define: { __WOXLY_VERSION__: JSON.stringify(packageJson.version) },
  // Prebundled, the package would slip past the fix.
  optimizeDeps: { exclude: ['@libp2p/webrtc'] },
  plugins: [paraglideVitePlugin(messages), webrtcDialFix(), chunkGroups(), sveltekit()],
});
