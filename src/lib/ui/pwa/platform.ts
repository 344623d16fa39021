/** Whether a browser's own words name an iPhone or iPad. An iPad says it is a Mac, but no Mac has a touch screen. */
export function isIos(agent: string, touchPoints: number): boolean {
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1);
}

/**
 * Whether this is a tab on iOS. The tab and the app on the Home Screen there are two separate stores, and links
 * open the tab: whoever starts here and installs later has two keys.
 */
export function isIosTab(): boolean {
  const installed = 'standalone' in navigator && navigator.standalone === true;
  return isIos(navigator.userAgent, navigator.maxTouchPoints) && !installed;
}
