// Runs before the first paint, so that whoever chose light or dark never sees the other one flash. A file of its
// own because the page's content security policy allows no inline scripts. Written by src/lib/ui/settings.
try {
  document.documentElement.dataset.appearance =
    localStorage.getItem('woxly-appearance') ?? 'system';
} catch {
  // No storage: the system's appearance it is.
}
