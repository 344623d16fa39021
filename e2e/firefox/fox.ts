import { expect } from '@playwright/test';
import type { Page as PlaywrightPage } from '@playwright/test';
import type { BrowserContext, Page } from 'puppeteer-core';
import { hears, iceGenerations } from '../ear.ts';

/** Firefox answers the questions of a test over one wire, on a busy machine slowly. */
const PATIENCE_MS = 45_000;

type Role = 'button' | 'dialog' | 'link' | 'switch' | 'textbox';

/** Somebody with a Firefox of their own, found on the screen by the names in the English locale. */
export class Fox {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(name: string, page: Page, context: BrowserContext) {
    this.name = name;
    this.page = page;
    this.context = context;
  }

  /** The first visit: a name and one button. */
  async start(): Promise<void> {
    await this.fill('Your name', this.name);
    await this.click('button', 'Start');
    await this.reachable();
  }

  networkStatus(): Promise<string> {
    return this.#text('[role=status][aria-label="Network status"]');
  }

  /** Waits until others can reach this person; through so many relays, if that is said. */
  async reachable(relays?: number): Promise<void> {
    const wanted =
      relays === undefined ? /^Reachable/ : new RegExp(`^Reachable.*\\b${relays}\\b`, 's');
    await expect.poll(() => this.networkStatus(), { timeout: PATIENCE_MS }).toMatch(wanted);
  }

  async key(): Promise<string> {
    return this.#fromMyKey('WOXLY key');
  }

  async inviteLink(): Promise<string> {
    return this.#fromMyKey('Invite link');
  }

  async #fromMyKey(field: string): Promise<string> {
    await this.click('button', 'My key');
    const value = () => this.value(field);
    await expect.poll(value, { timeout: PATIENCE_MS }).not.toBe('');
    const found = await value();
    await this.click('button', 'Close');
    await this.gone('dialog', 'My key');
    return found;
  }

  async add(link: string, name: string): Promise<void> {
    await this.click('button', 'Add contact');
    await this.fill('Key or invite link', link);
    await this.fill('Name', name);
    await this.click('button', 'Add');
    await this.gone('dialog', 'Add contact');
  }

  /** Calls a contact. */
  async call(name: string): Promise<void> {
    await this.click('button', `Call ${name}`);
  }

  async callKey(keyOrLink: string): Promise<void> {
    await this.click('button', 'Call a key');
    await this.fill('Key or invite link', keyOrLink);
    await this.click('button', 'Call');
  }

  /** Waits for a call that rings here, and resolves to what it says. */
  async rings(): Promise<string> {
    const text = () => this.#text('[role=alertdialog]');
    await expect.poll(text, { timeout: PATIENCE_MS }).not.toBe('');
    return text();
  }

  async accept(): Promise<void> {
    await this.rings();
    await this.click('button', 'Accept');
  }

  /** Waits for the call to come to a step, by the start of its words. */
  async sees(step: string): Promise<void> {
    const status = () => this.#text('section[aria-label^="Call with"] [role=status]');
    await expect.poll(status, { timeout: PATIENCE_MS }).toMatch(new RegExp(`^${step}`));
  }

  /** Waits until speech is played here. */
  hears(): Promise<void> {
    return hears(this.asPage);
  }

  /** Which generation of ICE each call's connection is in. */
  generations(): Promise<readonly string[]> {
    return iceGenerations(this.asPage);
  }

  async hangUp(): Promise<void> {
    await this.click('button', 'Hang up');
  }

  /** Takes the ended call off the screen. */
  async dismiss(): Promise<void> {
    await this.click('button', 'Close');
  }

  async click(role: Role, name: string): Promise<void> {
    await this.#find(role, name).click();
  }

  async fill(textbox: string, text: string): Promise<void> {
    await this.#find('textbox', textbox).fill(text);
  }

  async value(textbox: string): Promise<string> {
    const element = await this.#find('textbox', textbox).waitHandle();
    return element.evaluate((field) => (field as HTMLInputElement).value);
  }

  /** Waits until something is on the screen. */
  async shows(role: Role, name: string): Promise<void> {
    await this.#find(role, name).waitHandle();
  }

  async gone(role: Role, name: string): Promise<void> {
    const found = async () => (await this.page.$(selector(role, name))) !== null;
    await expect.poll(found, { timeout: PATIENCE_MS }).toBe(false);
  }

  /** All words of the dialog that is open. */
  dialog(): Promise<string> {
    return this.#text('[role=dialog]');
  }

  /** The texts of a list's items. */
  items(list: string): Promise<readonly string[]> {
    return this.page.$$eval(`[aria-label="${list}"] > li`, (items) =>
      items.map((item) => item.innerText.trim()),
    );
  }

  /** One more tab of the same browser. */
  async anotherTab(url: string): Promise<Fox> {
    const page = await this.context.newPage();
    await page.goto(url);
    return new Fox(this.name, page, this.context);
  }

  /** For what asks nothing of a page but to run a function with one argument, which both drivers do alike. */
  private get asPage(): PlaywrightPage {
    return this.page as unknown as PlaywrightPage;
  }

  #find(role: Role, name: string) {
    return this.page.locator(selector(role, name)).setTimeout(PATIENCE_MS);
  }

  #text(css: string): Promise<string> {
    return this.page.evaluate(
      (wanted) => document.querySelector<HTMLElement>(wanted)?.innerText.trim() ?? '',
      css,
    );
  }
}

const selector = (role: Role, name: string): string =>
  `::-p-aria([role="${role}"][name="${name}"])`;
