import { MediaQuery } from 'svelte/reactivity';

/** Whether there is room for two panes side by side; the same width as in the style sheets of this folder. */
export const wide = new MediaQuery('min-width: 56em');
