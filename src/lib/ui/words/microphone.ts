import { m } from '#lib/messages/messages.js';

/** That another microphone than the chosen one is used, by its name where the browser tells it. */
export const insteadText = (name: string): string =>
  name === '' ? m.microphone_instead_unnamed() : m.microphone_instead({ name });
