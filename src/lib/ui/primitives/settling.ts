import { tick } from 'svelte';

/**
 * For a control that the browser moves by itself, before anybody knows whether what it asks for comes about. Once nothing is
 * under way any more, `show` puts it where things really stand.
 */
export function settling(show: () => void): (change: unknown) => Promise<void> {
  let underWay = 0;
  return async (change) => {
    underWay += 1;
    try {
      await change;
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        await tick();
        show();
      }
    }
  };
}
