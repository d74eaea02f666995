/** The screens of opening a patient in an emergency, and how a person gets there. */
import type { Page } from 'playwright-core';
import { sharedBed, strangersNumber } from './fake-glass.ts';
import type { ScreenState } from './screens.ts';
import type { Scenario } from './scenario.ts';

const AT = { fragment: '#/emergency' } as const;

/** Looks for the number or bed on the screen of emergencies. */
export async function find(page: Page, word: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Record number or bed' }).fill(word);
  await page.getByRole('button', { name: 'Look for it' }).click();
}

/** As far as the question why. */
export async function choose(page: Page): Promise<void> {
  await find(page, strangersNumber);
  await page.getByRole('button', { name: /^Open in an emergency/ }).click();
  await page.getByRole('heading', { name: strangersNumber }).waitFor();
}

export async function breakGlass(page: Page): Promise<void> {
  await choose(page);
  await page.getByRole('radio', { name: 'Got worse suddenly' }).check();
  await page.getByRole('radio', { name: '4 hours' }).check();
  await page.getByRole('button', { name: 'Write it down and open' }).click();
}

export function glassStates(board: (page: Page) => Promise<void>): Readonly<Record<string, ScreenState>> {
  const asking = (glass: Scenario['glass'], text: string): ScreenState => ({
    options: { ...AT, scenario: { glass } },
    reach: async (page) => {
      await breakGlass(page);
      await page.getByText(text).waitFor();
    },
  });
  const stands = (scenario: Partial<Scenario>, text: string): ScreenState => ({ options: { ...AT, scenario }, reach: (page) => page.getByText(text).waitFor() });
  const uses = (scenario: Partial<Scenario>, text: string): ScreenState => ({ options: { fragment: '#/emergencies', scenario }, reach: (page) => page.getByText(text).first().waitFor() });
  return {
    'glass-from-board': { options: {}, reach: async (page) => {
      await board(page);
      await page.getByRole('searchbox').fill(strangersNumber);
      await page.getByRole('link', { name: 'Patient not in my team' }).waitFor();
    } },
    'glass-find': stands({}, 'Record number or bed'),
    'glass-found': { options: AT, reach: async (page) => {
      await find(page, sharedBed);
      await page.getByText('2 patients have').waitFor();
    } },
    'glass-none': { options: AT, reach: async (page) => {
      await find(page, 'MRN-1');
      await page.getByText('No patient has the number').waitFor();
    } },
    'glass-request': { options: AT, reach: choose },
    'glass-waiting': asking('waiting', '1 of 2 devices have answered; waiting for one more.'),
    'glass-too-few': asking('too-few', '1 device has answered, and 2 are needed.'),
    'glass-limit': asking('limit', 'Too many patients were opened'),
    'glass-open': asking('quick', 'Opened in an emergency: '),
    'glass-partly': asking('partly', '3 documents of this patient could not be opened.'),
    'glass-not-wrapped': asking('not-wrapped', 'This record was not made ready for emergencies yet.'),
    'glass-spoiled': asking('spoiled', 'The devices answered, but the record did not open.'),
    'glass-over': asking('short', 'The time of the emergency opening is over.'),
    'glass-not-set': stands({ glass: 'not-set' }, 'no emergency opening yet'),
    'glass-no-key': stands({ glass: 'no-key' }, 'Your key for it has not come'),
    'glass-not-allowed': stands({ role: 'privacy' }, 'for those who treat patients'),
    'glass-alone': stands({ peers: 'none' }, 'No other device is in reach'),
    'glass-uses': uses({ role: 'privacy' }, 'Okonjo, Ife'),
    'glass-uses-seen': uses({}, 'Okonjo, Ife'),
    'glass-uses-empty': uses({ role: 'privacy', emergencies: 'empty' }, 'Nobody has opened'),
    'glass-uses-loading': uses({ role: 'privacy', emergencies: 'loading' }, 'Loading'),
    'glass-uses-fail': uses({ role: 'privacy', emergencies: 'fails' }, 'could not save'),
    'glass-uses-end': { options: { fragment: '#/emergencies', scenario: { role: 'privacy' } }, reach: async (page) => {
      await page.getByRole('button', { name: /^End now: Jonas Lind/ }).click();
      await page.getByRole('dialog').waitFor();
    } },
  };
}
