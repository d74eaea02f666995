/** One page of the ward app, used as a person would use it; and how to look over that person's shoulder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import type { DemoPerson } from '../../scripts/demo/people.ts';
import type { WardBrowser } from './chromium.ts';

const PICTURES = fileURLToPath(new URL('../../test-output/browser/', import.meta.url));
let pictures = 0;

export interface ObservationsToType {
  readonly respirations: number;
  readonly saturation: number;
  readonly systolic: number;
  readonly diastolic: number;
  readonly pulse: number;
  readonly temperature: number;
}

export class WardPage {
  readonly page: Page;
  readonly #name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
  }

  static async open(browser: WardBrowser, name: string, url: string): Promise<WardPage> {
    const page = await browser.context.newPage();
    await page.goto(url);
    return new WardPage(page, name);
  }

  /** With the code that came by the link. Resolves when somebody can log in. */
  async enrol(): Promise<void> {
    await this.page.getByRole('button', { name: 'Add this device' }).click();
    await this.page.getByRole('button', { name: 'Unlock' }).waitFor();
  }

  async typeLogin({ handle, password }: Pick<DemoPerson, 'handle' | 'password'>): Promise<void> {
    await this.page.getByLabel('Name you log in with').fill(handle);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Unlock' }).click();
  }

  /** Resolves when the board shows as many patients. */
  async unlock(person: Pick<DemoPerson, 'handle' | 'password'>, patients: number): Promise<void> {
    await this.typeLogin(person);
    await this.board(patients);
  }

  async board(patients: number): Promise<void> {
    await this.#appears(this.page.locator('.bed-card').nth(patients - 1));
  }

  async lock(): Promise<void> {
    await this.page.getByRole('button', { name: 'Lock', exact: true }).click();
    await this.#appears(this.page.getByRole('heading', { name: 'Unlock the ward' }));
  }

  /** By the address, as from a bookmark: the page is not loaded again. */
  async go(hash: string): Promise<void> {
    await this.page.evaluate((to) => { location.hash = to; }, hash);
  }

  async openPatient(patient: string, tab = 'overview'): Promise<void> {
    await this.go(`#/patient/${patient}/${tab}`);
    await this.page.getByRole('navigation', { name: 'Parts of the record' }).waitFor();
  }

  async toBoard(): Promise<void> {
    await this.go('#/');
    await this.page.locator('.bed-card').first().waitFor();
  }

  /** Types a whole set at the patient who is open, and saves it. */
  async observe(values: ObservationsToType): Promise<void> {
    const { page } = this;
    await page.getByRole('link', { name: 'Record observations' }).click();
    await page.getByLabel('Respirations').fill(String(values.respirations));
    await page.getByLabel('Oxygen saturation').fill(String(values.saturation));
    await page.getByRole('radio', { name: 'Air' }).check();
    await page.getByLabel('Systolic').fill(String(values.systolic));
    await page.getByLabel('Diastolic').fill(String(values.diastolic));
    await page.getByLabel('Pulse').fill(String(values.pulse));
    await page.getByRole('radio', { name: 'Alert' }).check();
    await page.getByLabel('Temperature').fill(String(values.temperature));
    await page.getByRole('button', { name: 'Save observations' }).click();
    await page.getByText('Observations saved').waitFor();
  }

  /** On the notes tab of the patient who is open. Resolves when it is in the list. */
  async note(text: string): Promise<void> {
    await this.page.getByLabel('Note', { exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Save note' }).click();
    await this.see(text);
  }

  async see(text: string | RegExp): Promise<void> {
    await this.#appears(this.page.getByText(text).first());
  }

  /** The line about sync that is always in sight. */
  get sync(): Locator {
    return this.page.locator('.sync-words');
  }

  async seeSync(words: RegExp): Promise<void> {
    try {
      await this.sync.filter({ hasText: words }).waitFor();
    } catch (error) {
      throw new Error(`${this.#name} says '${await this.sync.textContent()}', not ${words}`, { cause: error });
    }
  }

  /** Begins to write down what the line about sync says; the result resolves with what it has said since, each thing once. */
  async recordSync(): Promise<() => Promise<readonly string[]>> {
    const said = await this.page.evaluateHandle(() => {
      const lines: string[] = [];
      const look = (): void => {
        const words = [...document.querySelectorAll('.sync-main, .sync-more')].map(({ textContent }) => textContent).join(' · ');
        if (lines.at(-1) !== words) lines.push(words);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      return lines;
    });
    return () => said.jsonValue();
  }

  /** A row of the open patient's observations with all these words. */
  async seeRow(...words: readonly string[]): Promise<void> {
    let row = this.page.getByRole('row');
    for (const word of words) row = row.filter({ hasText: word });
    await row.first().waitFor();
  }

  /** If it does not, the failure tells what the page shows instead. */
  async #appears(what: Locator): Promise<void> {
    try {
      await what.waitFor();
    } catch (error) {
      await this.picture('instead');
      throw new Error(`the page shows: ${(await this.text()).slice(0, 600)}`, { cause: error });
    }
  }

  /** Everything that can be read on the page. */
  text(): Promise<string> {
    return this.page.evaluate(() => document.body.innerText);
  }

  async picture(step: string): Promise<void> {
    pictures += 1;
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${String(pictures).padStart(2, '0')}-${this.#name}-${step}.png`) });
  }
}
