import { createHash } from 'node:crypto';

const INLINE_SCRIPT = /<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script>/gi;

/** CSP sources for the inline scripts of a page: their hashes, so that no other inline script runs. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(INLINE_SCRIPT)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}

/**
 * The Content-Security-Policy (https://www.w3.org/TR/CSP3/). Relays of other operators are dialled by WebSocket
 * and asked for `/relay.json`, hence the open `connect-src`; a page may load code from here only.
 */
export function contentSecurityPolicy(scriptHashes: readonly string[]): string {
  return [
    "default-src 'self'",
    ["script-src 'self'", ...scriptHashes].join(' '),
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self' ws: wss: https: http://localhost:* http://127.0.0.1:*",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Svelte's own policy, and that of `static/first-paint.js`.
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html default',
  ].join('; ');
}

const ALLOWED_HERE = ['microphone', 'camera', 'display-capture'];
/** Names that Chromium knows; it warns of others, such as `bluetooth`, on every page. */
const ALLOWED_NOWHERE = [
  'accelerometer',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** Sent with every answer: what a browser asks of a part of a page, a script for instance. */
export const PART_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** For how long a browser that came over TLS comes over nothing else, s: a year. */
const HSTS_SECONDS = 31_536_000;

/** Sent with documents besides: what a browser asks of a page as a whole. */
export const documentHeaders = (
  policy: string,
  hasTls: boolean,
): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': policy,
  'Permissions-Policy': [
    ...ALLOWED_HERE.map((feature) => `${feature}=(self)`),
    ...ALLOWED_NOWHERE.map((feature) => `${feature}=()`),
  ].join(', '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  ...(hasTls && { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` }),
});
