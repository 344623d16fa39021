import type { PageLife } from '#lib/ports/page-life.ts';

/** Those who follow something. */
class Followers<T extends readonly unknown[]> {
  readonly #all = new Set<(...what: T) => void>();

  follow = (run: (...what: T) => void): (() => void) => {
    const own = (...what: T) => run(...what);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  };

  tell(...what: T): void {
    for (const run of [...this.#all]) run(...what);
  }
}

/** A page that is seen, and has a network, until a test says otherwise. */
export class FakePageLife implements PageLife {
  /** Setting it tells nobody; {@link connect} does. */
  online = true;
  readonly #wake = new Followers<[]>();
  readonly #background = new Followers<[background: boolean]>();
  readonly #networkChange = new Followers<[]>();
  readonly #offline = new Followers<[]>();
  readonly #leave = new Followers<[]>();
  readonly #device: 'phone' | 'computer';
  #visible = true;

  constructor(device: 'phone' | 'computer' = 'computer') {
    this.#device = device;
  }

  readonly onWake = this.#wake.follow;
  readonly onBackground = this.#background.follow;
  readonly onNetworkChange = this.#networkChange.follow;
  readonly onOffline = this.#offline.follow;
  readonly onLeave = this.#leave.follow;

  afterPaint(run: () => void): void {
    queueMicrotask(run);
  }

  /** The device has a network again, or none any more. */
  connect(online: boolean): void {
    this.online = online;
    if (!online) {
      this.#offline.tell();
      return;
    }
    this.#wakeIfSeen();
    this.#networkChange.tell();
  }

  /** The device goes over to a network of another kind. */
  changeNetwork(): void {
    this.#networkChange.tell();
  }

  /** The person looks at the page, or at another one. */
  show(visible: boolean): void {
    this.#visible = visible;
    this.resume();
  }

  /** The browser is about to freeze the page. */
  freeze(): void {
    this.#background.tell(true);
  }

  /** The page goes on. */
  resume(): void {
    this.#wakeIfSeen();
    this.#background.tell(!this.#visible && this.#device === 'phone');
  }

  /** The page is left for good. */
  leave(): void {
    this.#leave.tell();
  }

  #wakeIfSeen(): void {
    if (this.#visible) this.#wake.tell();
  }
}
