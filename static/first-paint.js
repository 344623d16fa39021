// Runs before the first paint, so that whoever chose light or dark never sees the other one flash. A file of its
// own because the page's content security policy allows no inline scripts. Written by src/lib/ui/settings.
try {
  document.documentElement.dataset.appearance =
    localStorage.getItem('woxly-appearance') ?? 'system';
} catch {
  // No storage: the system's appearance it is.
}

// Where the page's policy asks for trusted types, code comes from files of this server only, and no text is taken for
// HTML but what Svelte has compiled. Before everything else, because a default policy has to be there when it is needed.
globalThis.trustedTypes?.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin === location.origin) return url;
    throw new TypeError(`No script may come from ${url}`);
  },
});
