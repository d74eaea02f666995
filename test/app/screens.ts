/** Every screen of the app, and how a person gets there. */
import type { Page } from 'playwright-core';
import type { OpenOptions } from './harness.ts';
import { glassStates } from './glass-screens.ts';

export interface ScreenState {
  readonly options: OpenOptions;
  /** Goes there from the opened page, and waits until it is drawn. */
  readonly reach: (page: Page) => Promise<void>;
}

const board = (page: Page): Promise<void> => page.locator('main.board[aria-busy="false"] .bay').first().waitFor();

async function patient(page: Page, tab: string): Promise<void> {
  await board(page);
  // The sickest: its charts and its table have every colour.
  const cards = page.locator('.bed-card');
  const sick = cards.filter({ has: page.locator('.news[data-level="high"], .news[data-level="medium"]') });
  await ((await sick.count()) > 0 ? sick : cards).first().getByRole('link').first().click();
  await page.getByRole('navigation').getByRole('link', { name: tab }).click();
}

async function observe(page: Page): Promise<void> {
  await patient(page, 'Overview');
  await page.getByRole('link', { name: 'Record observations' }).click();
  await page.getByLabel('Respirations').waitFor();
}

/** Somebody who went home. */
async function other(page: Page): Promise<void> {
  await board(page);
  await page.getByRole('button', { name: /Not on the ward/ }).click();
  await page.locator('.other h3 a').first().click();
  await page.getByRole('heading', { name: 'Past stays' }).waitFor();
}

function ward(part: string, scenario: OpenOptions['scenario'] = {}): OpenOptions {
  return { scenario: { role: 'admin', ...scenario }, fragment: `#/ward/${part}` };
}

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Name you log in with').fill('amara');
  await page.getByLabel('Password', { exact: true }).fill('three larches by the lake');
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

export const states: Readonly<Record<string, ScreenState>> = {
  starting: { options: { scenario: { session: 'starting' } }, reach: (page) => page.getByText('Opening the ward').waitFor() },
  failed: { options: { scenario: { session: 'failed' } }, reach: (page) => page.getByRole('button', { name: 'Start again' }).waitFor() },
  revoked: { options: { scenario: { session: 'revoked' } }, reach: (page) => page.getByText('removed from the ward').waitFor() },
  enrol: { options: { scenario: { session: 'not-enrolled' } }, reach: (page) => page.getByLabel('One-time code').waitFor() },
  unlock: {
    options: { scenario: { session: 'locked' } },
    reach: async (page) => {
      await page.getByLabel('Name you log in with').fill('amara');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Unlock' }).click();
      await page.getByText('do not match').waitFor();
    },
  },
  'unlock-waiting': {
    options: { scenario: { session: 'locked', presence: 'waiting' } },
    reach: async (page) => {
      await logIn(page);
      await page.getByText('1 of 2 devices have answered; waiting for one more.').waitFor();
    },
  },
  'unlock-too-few': {
    options: { scenario: { session: 'locked', presence: 'too-few' } },
    reach: async (page) => {
      await logIn(page);
      await page.getByText('1 device has answered, and 2 are needed.').waitFor();
    },
  },
  'unlock-disused': {
    options: { scenario: { session: 'locked', presence: 'disused' } },
    reach: async (page) => {
      await logIn(page);
      await page.getByText('Nobody has unlocked in this browser for 30 days').waitFor();
    },
  },
  'unlock-false-node': {
    options: { scenario: { session: 'locked', presence: 'false-node' } },
    reach: async (page) => {
      await logIn(page);
      await page.getByText('Tablet at bay B answered falsely. Tell ward IT.').waitFor();
    },
  },
  'account-old-password': {
    options: { fragment: '#/account', scenario: { presence: 'false-node' } },
    reach: (page) => page.getByText('The old password is dead on 1 of 3 devices. It is worthless when 2 of them have destroyed their part.').waitFor(),
  },
  'unlock-known': {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('button', { name: 'Lock', exact: true }).click();
      await page.getByRole('button', { name: 'amara' }).waitFor();
    },
  },
  'board-lost': { options: { scenario: { lostDevices: ['Tablet at bay A, page'] } }, reach: board },
  board: { options: {}, reach: board },
  'board-alone': { options: { scenario: { peers: 'none' } }, reach: board },
  'board-empty': { options: { scenario: { board: 'empty' } }, reach: (page) => page.getByText('No patients yet').waitFor() },
  'board-loading': { options: { scenario: { board: 'loading' } }, reach: (page) => page.getByText('Loading').waitFor() },
  'board-search': {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('searchbox').fill('a2');
    },
  },
  'board-others': {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('button', { name: /Not on the ward/ }).click();
      await page.locator('.other').first().waitFor();
    },
  },
  'other-overview': { options: {}, reach: other },
  'other-past-stay': {
    options: {},
    reach: async (page) => {
      await other(page);
      await page.getByRole('link', { name: /observation sets/ }).first().click();
      await page.locator('.chart canvas').first().waitFor();
    },
  },
  admit: {
    options: {},
    reach: async (page) => {
      await other(page);
      await page.getByRole('link', { name: 'Admit' }).click();
      await page.getByRole('radio').nth(1).check();
      await page.getByLabel('Reason for the stay').fill('Chest pain');
    },
  },
  'new-patient': {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('link', { name: 'New patient' }).click();
      await page.getByLabel('Family name').waitFor();
    },
  },
  'new-patient-alike': {
    options: {},
    reach: async (page) => {
      await board(page);
      const [family = '', given = ''] = (await page.locator('.bed-card h3').first().textContent() ?? '').split(', ');
      await page.getByRole('link', { name: 'New patient' }).click();
      await page.getByLabel('Family name').fill(family.toUpperCase());
      await page.getByLabel('Given names').fill(given);
      await page.getByRole('radio', { name: 'Has allergies' }).check();
      await page.getByRole('textbox', { name: 'Allergic to' }).fill('Penicillin');
      await page.getByRole('button', { name: 'Save and admit' }).click();
      await page.getByText('Look at the records').waitFor();
    },
  },
  menu: {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('button', { name: /^Signed in as/ }).click();
      await page.getByRole('link', { name: 'Import records' }).waitFor();
    },
  },
  devices: {
    options: { scenario: { role: 'admin' }, fragment: '#/devices' },
    reach: (page) => page.getByRole('heading', { name: 'Tablet of the night shift' }).waitFor(),
  },
  'devices-lost': {
    options: { scenario: { role: 'admin' }, fragment: '#/devices' },
    reach: async (page) => {
      await page.getByRole('button', { name: 'Report as lost: Tablet of the night shift' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  audit: {
    options: { scenario: { role: 'privacy' }, fragment: '#/audit' },
    reach: (page) => page.getByText('24 openings').waitFor(),
  },
  'audit-people': {
    options: { scenario: { role: 'admin' }, fragment: '#/audit' },
    reach: async (page) => {
      await page.getByRole('button', { name: 'By person' }).click();
      await page.getByRole('button', { name: 'Show only Jonas Lind' }).waitFor();
    },
  },
  'not-recorded': {
    options: { scenario: { recording: false } },
    reach: async (page) => {
      await board(page);
      await page.locator('.bed-card').first().getByRole('link').first().click();
      await page.getByText('The record was not opened').waitFor();
    },
  },
  doctor: {
    options: { scenario: { role: 'admin' }, fragment: '#/doctor' },
    reach: (page) => page.getByRole('heading', { name: 'Who can open what' }).waitFor(),
  },
  'ward-people': { options: ward('people'), reach: (page) => page.getByRole('heading', { name: '4 people' }).waitFor() },
  'ward-people-change': { options: ward('people'), reach: async (page) => {
    await page.getByText('Change Ada Heron').click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('dialog').waitFor();
  } },
  'ward-people-added': { options: ward('people'), reach: async (page) => {
    await page.getByLabel('Name', { exact: true }).fill('Eli Dipper');
    await page.getByRole('textbox', { name: /^Name to log in with/ }).fill('dipper-9');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('lake otter pine quiet river').waitFor();
  } },
  'ward-teams': { options: ward('teams'), reach: (page) => page.getByRole('heading', { name: 'Night watch' }).waitFor() },
  'ward-two': { options: ward('two'), reach: (page) => page.getByRole('heading', { name: 'Make Bo Finch: Admin: manages people and devices' }).waitFor() },
  'ward-review': { options: ward('review'), reach: (page) => page.getByRole('heading', { name: 'Dana Wren, on Tablet of the night shift' }).waitFor() },
  'ward-unlock': { options: ward('unlock'), reach: (page) => page.getByText('2 of 3 devices have to answer.').waitFor() },
  'ward-browser': { options: ward('browser'), reach: async (page) => {
    await page.getByRole('textbox', { name: /^Name of the browser/ }).fill('Desk in the doctors’ room');
    await page.getByRole('button', { name: 'Make a code' }).click();
    await page.getByRole('img', { name: 'The code as a QR code' }).waitFor();
  } },
  'ward-browser-form': { options: ward('browser'), reach: (page) => page.getByText('Where is the browser?').waitFor() },
  'ward-loading': { options: ward('people', { council: 'loading' }), reach: (page) => page.getByText('Loading').waitFor() },
  'ward-empty-review': { options: ward('review', { council: 'empty' }), reach: (page) => page.getByText('Nothing waits for review.').waitFor() },
  'ward-empty-teams': { options: ward('teams', { council: 'empty' }), reach: (page) => page.getByText('There is no care team yet.').waitFor() },
  'ward-empty-unlock': { options: ward('unlock', { council: 'empty' }), reach: (page) => page.getByText('With fewer than three').waitFor() },
  'ward-alone': { options: ward('two', { council: 'empty', peers: 'none' }), reach: (page) => page.getByText('No other device is in reach. You can read').waitFor() },
  ...glassStates(board),
  erasures: {
    options: { scenario: { role: 'admin' }, fragment: '#/erasures' },
    reach: (page) => page.getByText('Backups made before').waitFor(),
  },
  erase: {
    options: { scenario: { role: 'admin' } },
    reach: async (page) => {
      await patient(page, 'Stays');
      await page.getByRole('button', { name: 'Erase this patient…' }).click();
      await page.getByLabel('Why').waitFor();
    },
  },
  peers: {
    options: {},
    reach: async (page) => {
      await board(page);
      await page.getByRole('button', { name: 'Sync status' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  overview: { options: {}, reach: (page) => patient(page, 'Overview') },
  observations: {
    options: {},
    reach: async (page) => {
      await patient(page, 'Observations');
      await page.locator('.chart canvas').first().waitFor();
    },
  },
  notes: { options: {}, reach: (page) => patient(page, 'Notes') },
  'notes-provenance': {
    options: { scenario: { provenance: 'mixed' } },
    reach: async (page) => {
      await patient(page, 'Notes');
      await page.getByText('Signed by Nora Quist, not by the person named').waitFor();
    },
  },
  'observations-provenance': {
    options: { scenario: { provenance: 'mixed' } },
    reach: async (page) => {
      await patient(page, 'Observations');
      await page.getByText('Signed by Nora Quist, not by the person named').waitFor();
    },
  },
  stays: { options: {}, reach: (page) => patient(page, 'Stays') },
  'observe-new': { options: {}, reach: observe },
  'observe-filled': {
    options: {},
    reach: async (page) => {
      await observe(page);
      await page.getByLabel('Respirations').fill('24');
      await page.getByLabel('Oxygen saturation').fill('93');
      await page.getByRole('radio', { name: 'Oxygen' }).check();
      await page.getByRole('textbox', { name: 'Flow' }).fill('2');
      await page.getByLabel('Systolic').fill('104');
      await page.getByLabel('Diastolic').fill('62');
      await page.getByLabel('Pulse').fill('118');
      await page.getByRole('radio', { name: 'Alert' }).check();
      await page.getByLabel('Temperature').fill('386');
      await page.keyboard.press('Enter');
      await page.getByText('Is it right?').waitFor();
    },
  },
  'error-dialog': {
    options: {},
    reach: async (page) => {
      await patient(page, 'Observations');
      await page.getByRole('button', { name: 'Entered in error' }).first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'account-news': { options: { scenario: { accountNews: true } }, reach: async (page) => {
    await board(page);
    await page.getByRole('heading', { name: 'Since you last unlocked' }).waitFor();
  } },
  'account-asked': { options: { fragment: '#/account', scenario: { accountNews: true } }, reach: async (page) => {
    await page.getByRole('button', { name: 'Same code: give my share' }).click();
    await page.getByRole('dialog').waitFor();
  } },
  'account-kit': { options: { fragment: '#/account' }, reach: async (page) => {
    const panel = page.getByRole('region', { name: 'Recovery kit' });
    await panel.getByLabel('Your password, to confirm').fill('three larches by the lake');
    await panel.getByRole('button', { name: 'Make a kit' }).click();
    await panel.getByRole('img', { name: 'The words as a QR code' }).waitFor();
  } },
  'account-holders': { options: { fragment: '#/account' }, reach: async (page) => {
    const panel = page.getByRole('region', { name: 'People who can bring your keys back' });
    await panel.getByLabel('Ada Heron').check();
    await panel.getByLabel('Cy Owl').check();
    await panel.getByLabel('Your password, to confirm').fill('three larches by the lake');
    await panel.getByRole('button', { name: 'Name these people' }).click();
    await panel.getByText('2 of these 2 together').waitFor();
  } },
  'account-temporary': { options: { scenario: { temporaryPassword: true } }, reach: (page) => page.getByRole('heading', { name: 'Choose your own password' }).waitFor() },
  'recover-kit': { options: { scenario: { session: 'locked' } }, reach: async (page) => {
    await page.getByRole('button', { name: 'I forgot my password' }).click();
    await page.getByLabel('Name you log in with').fill('amara');
    await page.getByLabel('The 24 words').fill('abandon ability');
    await page.getByLabel('New password', { exact: true }).fill('a kettle sings');
    await page.getByLabel('New password once more').fill('a kettle sings');
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('A kit has 24 words. Words here: 2.').waitFor();
  } },
  'recover-holders': { options: { scenario: { session: 'locked' } }, reach: async (page) => {
    await page.getByRole('button', { name: 'I forgot my password' }).click();
    await page.getByLabel('With the people I named').check();
    await page.getByLabel('Name you log in with').fill('amara');
    await page.getByRole('button', { name: 'Ask them' }).click();
    await page.getByText('Enough have helped').waitFor();
  } },
  account: {
    options: { fragment: '#/account' },
    reach: async (page) => {
      await page.getByLabel('Password now').fill('not this one');
      await page.getByLabel('New password', { exact: true }).fill('a short sentence');
      await page.getByLabel('New password once more').fill('a short sentence');
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByText('That is not your password').waitFor();
    },
  },
  'import-report': {
    options: { fragment: '#/import' },
    reach: async (page) => {
      await page.locator('input[type="file"]').setInputFiles({ name: 'records.json', mimeType: 'application/json', buffer: Buffer.from('{"resourceType":"Bundle"}') });
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByText('Import finished').waitFor();
    },
  },
};
