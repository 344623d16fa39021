import { test as base } from '@playwright/test';
import { Lab } from './lab/lab.ts';
import { Scene } from './scene.ts';

/** A scene for each test. */
export const test = base.extend<{ scene: Scene }, { lab: Lab }>({
  lab: [
    async ({}, use) => {
      const lab = new Lab();
      await use(lab);
      await lab.close();
    },
    { scope: 'worker' },
  ],

  scene: async ({ lab }, use, info) => {
    const scene = new Scene(lab);
    await use(scene);
    if (info.status !== info.expectedStatus) process.stdout.write(`${scene.said()}\n`);
    await scene.end();
  },
});

export { expect } from '@playwright/test';
