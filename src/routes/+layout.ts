// One page for every address: all of WOXLY happens in the browser.
export const ssr = false;
export const prerender = false;
