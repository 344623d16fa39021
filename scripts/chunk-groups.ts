import type { Plugin } from 'vite';

/**
 * Which modules become one file of the built app. Left to itself the bundler makes a file of whatever two screens
 * share, down to a single sentence: a hundred files, most of them smaller than the headers of the request for them.
 *
 * A group is named by the modules that it begins with; all that these import comes with them, unless an earlier group
 * has it. What no group reaches, such as lists of words, stays a file of its own.
 */
const BEGINNINGS = [
  // All that stands between an address and the first thing that a person can do.
  [
    'first',
    /rolldown\/runtime\.js$|\/client\/entry\.js$|\/client-optimized\/app\.js$|\/src\/lib\/app\/compose\.ts$|\/src\/routes\/(?:\(people\)\/)?\+/,
  ],
  // libp2p and what else there is for it alone: with an identity only.
  ['network', /\/src\/lib\/adapters\/libp2p\/peer-network\.ts$/],
  // What a call needs at the moment when it comes.
  ['call', /\/src\/lib\/ui\/call\/(?:CallScreen|IncomingCall)\.svelte$/],
  // The person that is open, and the dialogs about people.
  ['people', /\/src\/(?:routes\/\(people\)|lib\/ui\/(?:contacts|safety|scan|share))\/.*\.svelte$/],
  ['rest', /\/src\/(?:routes|lib\/ui)\/.*\.svelte$/],
] as const;

export function chunkGroups(): Plugin {
  const groups = BEGINNINGS.map(([name, test], index) => ({
    name,
    test,
    // The earlier group wins.
    priority: BEGINNINGS.length - index,
  }));
  return {
    name: 'woxly-chunk-groups',
    // What Kit builds for Node must not evaluate modules that only a browser imports.
    applyToEnvironment: ({ name }) => name === 'client',
    outputOptions: (options) => ({ ...options, codeSplitting: { groups } }),
  };
}
