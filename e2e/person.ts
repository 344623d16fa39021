import { expect } from '@playwright/test';
import { hears, peerConnections } from './ear.ts';
import type { SeenConnection } from './ear.ts';
import type { BrowserContext, Locator, Page } from '@playwright/test';

/** Somebody with a browser of their own, found on the screen by the names in the English locale. */
export class Person {
  readonly name: string;
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(name: string, page: Page) {
    this.name = name;
    this.page = page;
    this.context = page.context();
  }

  /** The first visit: a name and one button. Resolves when the app is there. */
  async start(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'Welcome to WOXLY' })).toBeVisible();
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(this.networkStatus()).toBeVisible();
  }

  networkStatus(): Locator {
    return this.page.getByRole('status', { name: 'Network status' });
  }

  /** Waits until others can reach this person. */
  async reachable(): Promise<void> {
    await expect(this.networkStatus()).toHaveText(/^\s*Reachable/, { timeout: 30_000 });
  }

  /** Waits until this person holds that many reservations, each on a relay of its own. */
  async reachableThrough(relays: number): Promise<void> {
    await expect(this.networkStatus()).toContainText(String(relays), { timeout: 60_000 });
  }

  /** Goes to one of the places of the main navigation. */
  async goTo(place: 'Contacts' | 'Calls' | 'Messages' | 'Settings'): Promise<void> {
    const main = this.page.getByRole('navigation', { name: 'Main' });
    await main.getByRole('link', { name: place }).click();
  }

  key(): Promise<string> {
    return this.#fromMyKey('WOXLY key');
  }

  inviteLink(): Promise<string> {
    return this.#fromMyKey('Invite link');
  }

  async #fromMyKey(field: string): Promise<string> {
    const dialog = await this.openDialog('My key');
    const textbox = dialog.getByRole('textbox', { name: field });
    await expect(textbox).toHaveValue(/./);
    const value = await textbox.inputValue();
    await this.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    return value;
  }

  /** Opens a dialog by the button of the same name. */
  async openDialog(name: string): Promise<Locator> {
    await this.page.getByRole('button', { name, exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  /** Adds a person by their invite link, under their own name. */
  async add(other: Person): Promise<void> {
    await this.addKey(await other.inviteLink(), other.name);
  }

  /** Both add each other. */
  async befriend(other: Person): Promise<void> {
    await this.add(other);
    await other.add(this);
  }

  /** Adds whom a key or a link names. */
  async addKey(keyOrLink: string, name: string): Promise<void> {
    const dialog = await this.openDialog('Add contact');
    await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(keyOrLink);
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(this.contact(name)).toBeVisible();
  }

  /** One entry of the contacts. */
  contact(name: string): Locator {
    const contacts = this.page.getByRole('list', { name: 'Contacts' });
    return contacts.getByRole('listitem').filter({ hasText: name });
  }

  /** Calls a contact. */
  async call(other: Person): Promise<void> {
    const button = { name: `Call ${other.name}`, exact: true };
    await this.contact(other.name).getByRole('button', button).click();
  }

  /** Calls a key or a link of somebody who need not be a contact. */
  async callKey(keyOrLink: string): Promise<void> {
    const dialog = await this.openDialog('Call a key');
    await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(keyOrLink);
    await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  }

  /** Calls somebody by nothing but their key; both are heard, and it is over. */
  async talkByKey(callee: Person, key: string): Promise<void> {
    await this.callKey(key);
    await expect(callee.incoming()).toBeVisible({ timeout: 30_000 });
    await callee.accept();
    await Promise.all([hears(this.page), hears(callee.page)]);
    await this.hangUp();
    await callee.sees('Ended');
    await Promise.all([this.dismiss(), callee.dismiss()]);
  }

  /** The call that rings here. */
  incoming(): Locator {
    return this.page.getByRole('alertdialog', { name: /^Incoming call from/ });
  }

  /** The call on the screen, once it does not ring here (any more). */
  callRegion(): Locator {
    return this.page.getByRole('region', { name: /^Call with/ });
  }

  /** How far the call is: its text starts with `Finding`, …, `Connected`, or `Ended: REASON`. */
  callStatus(): Locator {
    return this.callRegion().getByRole('status').first();
  }

  /** Waits for the call to come to a step, by the start of its words. */
  async sees(step: string): Promise<void> {
    await expect(this.callStatus()).toHaveText(new RegExp(`^\\s*${step}`), { timeout: 30_000 });
  }

  async accept(): Promise<void> {
    await this.incoming().getByRole('button', { name: 'Accept', exact: true }).click();
  }

  async decline(): Promise<void> {
    await this.incoming().getByRole('button', { name: 'Decline', exact: true }).click();
  }

  async hangUp(): Promise<void> {
    await this.callRegion().getByRole('button', { name: 'Hang up', exact: true }).click();
  }

  /** Takes the ended call off the screen. */
  async dismiss(): Promise<void> {
    await this.callRegion().getByRole('button', { name: 'Close', exact: true }).click();
    await expect(this.callRegion()).toBeHidden();
  }

  /** Leaves no call and no dialog on the screen. */
  async rest(): Promise<void> {
    const hangUp = this.callRegion().getByRole('button', { name: 'Hang up', exact: true });
    const close = this.callRegion().getByRole('button', { name: 'Close', exact: true });
    if (await hangUp.isVisible()) await hangUp.click();
    if (await this.callRegion().isVisible()) await close.click();
    await expect(this.callRegion()).toBeHidden();
    await this.goTo('Contacts');
  }

  /** WOXLY's own connections, those that carry voice. */
  async voiceConnections(): Promise<readonly SeenConnection[]> {
    return (await peerConnections(this.page)).filter(({ voice }) => voice);
  }

  async removeContact(name: string): Promise<void> {
    await this.contact(name).getByRole('button', { name: /^More/ }).click();
    await this.page.getByRole('menuitem', { name: 'Remove' }).click();
    await this.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(this.contact(name)).toBeHidden();
  }

  async blockContact(name: string): Promise<void> {
    await this.contact(name).getByRole('button', { name: /^More/ }).click();
    await this.page.getByRole('menuitem', { name: /^Block/ }).click();
    await this.page.getByRole('button', { name: /^Block/ }).click();
  }

  /** The recovery words, as Settings shows them. */
  async recoveryWords(): Promise<string> {
    await this.goTo('Settings');
    await this.page.getByRole('button', { name: /Show .*words/ }).click();
    const words = this.page.getByRole('list', { name: 'Recovery words' });
    const texts = await words.getByRole('listitem').allInnerTexts();
    return texts.map((text) => text.replace(/[^a-z]/g, '')).join(' ');
  }

  /** The first visit of somebody who has been here before, in another browser. */
  async restore(words: string): Promise<void> {
    await this.page.getByRole('button', { name: /Restore/ }).click();
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.page.getByRole('textbox', { name: /words/i }).fill(words);
    await this.page.getByRole('button', { name: /Restore/ }).click();
  }

  async mute(): Promise<void> {
    await this.callRegion().getByRole('button', { name: 'Mute', exact: true }).click();
  }

  async unmute(): Promise<void> {
    await this.callRegion().getByRole('button', { name: 'Unmute', exact: true }).click();
  }
}
