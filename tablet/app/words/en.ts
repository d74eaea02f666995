/**
 * Every word the app shows, in English. Another language is one more file of the same shape (`Words`).
 * Sentences are for people at a bed: short, plain, no blame.
 */
import { plural } from './plural.ts';
import { devicesEn, doctorEn } from './devices-en.ts';
import { accountEn } from './account-en.ts';
import { councilEn } from './council-en.ts';
import { presenceEn } from './presence-en.ts';
import { shiftEn } from './shift-en.ts';
import { accessEn } from './access-en.ts';
import { provenanceEn } from './provenance-en.ts';
import { vitalsEn } from './vitals-en.ts';
import { erasureEn } from './erasure-en.ts';
import { glassEn } from './glass-en.ts';
import { privacyEn } from './privacy-en.ts';
import { recordEn } from './record-en.ts';

export const en = {
  locale: 'en-GB',
  languageName: 'English',
  product: 'Wardsync',
  skipToContent: 'Skip to content',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  loading: 'Loading…',

  failures: {
    'wrong-password': 'That name and password do not match. Check both and try again.',
    'too-few-nodes': 'Too few of the ward’s devices are in reach to unlock. Bring this device near the others, or wait until they are switched on.',
    'device-tries': 'Too many wrong passwords on this device. Try on another device, or ask an admin to let you try again.',
    disused: 'Nobody has unlocked in this browser for 30 days, so it opens nothing any more. Ask an admin for a new code for it.',
    tries: 'Too many wrong passwords. Ask an admin to let you try again.',
    'unknown-user': 'That name and password do not match. Check both and try again.',
    'not-enrolled': 'This device does not belong to a ward yet.',
    'bad-code': 'This code is not complete, or not a Wardsync code. Copy it again, from the first to the last letter.',
    'code-used': 'This code was used already, or is too old. Ask for a new one.',
    'no-peer': 'No other device of the ward can be reached. Check that this device is on the ward’s network.',
    locked: 'The ward is locked. Unlock it and try again.',
    'not-allowed': 'Your role does not allow this.',
    invalid: 'This could not be read.',
    'not-found': 'This is no longer here.',
    'already-admitted': 'This patient was admitted meanwhile, on this or another device.',
    'bed-taken': 'Somebody was put in this bed meanwhile. Choose another bed.',
    storage: 'This device could not save it. Its storage may be full.',
    internal: 'Something went wrong inside the app. Nothing you saved is lost.',
    ...councilEn.failures,
    ...accountEn.failures,
    ...erasureEn.failures,
    ...glassEn.failures,
    ...privacyEn.failures,
    ...shiftEn.failures,
  },

  account: accountEn,
  presence: presenceEn,
  council: councilEn,
  shift: shiftEn,

  privacy: privacyEn,
  devices: devicesEn,
  erasure: erasureEn,
  glass: glassEn,
  doctor: doctorEn,

  sync: {
    label: 'Sync status',
    saving: 'Saving…',
    alone: 'No other device in reach',
    ownGone: 'This tablet does not answer',
    waitingHere: (n: number) => `${plural(n, 'change waits', 'changes wait')} in this page: do not close it`,
    inReach: (n: number) => `${plural(n, 'device', 'devices')} in reach`,
    allHere: 'Up to date',
    fetching: 'Catching up',
    archiveAway: 'Archive not in reach',
    archiveSince: (when: string) => `Archive not reached since ${when}`,
    thisTablet: 'This tablet',
    savedHere: 'Saved here',
    savedOnlyHere: (n: number) => `Saved here only: ${plural(n, 'change', 'changes')} to send`,
    sending: (n: number) => `Saved here, sending ${n}`,
    onDevices: (n: number) => `On ${plural(n, 'other device', 'other devices')}`,
    notBackedUp: (n: number) => `${n} not backed up yet`,
    backedUp: (time: string) => `Backed up ${time}`,
    notYetBackedUp: 'Not yet backed up',
    peersTitle: 'Devices of the ward',
    peersText: 'Devices send changes straight to each other. No internet is needed.',
    none: 'No other device has been seen yet.',
    connected: 'Connected',
    upToDate: 'up to date',
    catchingUp: 'catching up',
    notConnected: 'Not connected',
    lastSeen: (when: string) => `last seen ${when}`,
    neverSeen: 'never seen',
    kinds: { archive: 'Archive', tablet: 'Tablet', bridge: 'Bridge', client: 'Browser', desktop: 'Browser at a desk' },
    yourChanges: 'What you wrote',
    row: {
      saving: 'Being saved on this device',
      unsent: 'Saved here, not confirmed elsewhere',
      notBackedUp: 'On another device, not backed up',
      heldBy: 'Devices that hold everything',
      backedUpAt: 'Last backed up',
    },
    offlineText: 'You can go on working. Changes are saved here and sent when a device is in reach.',
  },

  standing: {
    saving: 'Saving',
    saved: 'Saved here',
    sent: 'On another device',
    'backed-up': 'Backed up',
  },

  board: {
    title: 'Ward board',
    search: 'Search patients',
    searchHint: 'Name, bed, number or birth date',
    clearSearch: 'Clear search',
    filters: 'Show',
    all: 'All',
    overdue: 'Overdue',
    news5: 'NEWS 5 or more',
    others: 'Not on the ward',
    arrivingTitle: 'Stay not on this device yet',
    arriving: 'The stay has not arrived on this device yet',
    othersNone: 'Everybody known here is on the ward.',
    moreOthers: (n: number) => `Show ${n} more`,
    lastStay: (when: string) => `Last stay ended ${when}`,
    lastStayOpen: (when: string) => `Last stay began ${when}`,
    noStay: 'No stay yet',
    admit: 'Admit',
    admitFor: (name: string) => `Admit ${name}`,
    newPatient: 'New patient',
    patients: (n: number) => plural(n, 'patient', 'patients'),
    bayBeds: (used: number, all: number) => `${used} of ${plural(all, 'bed', 'beds')} in use`,
    noBay: 'Other beds',
    noBed: 'No bed',
    emptyBeds: 'Empty',
    bed: (label: string) => `Bed ${label}`,
    age: (years: number) => `${years} y`,
    noneMatch: 'No patient matches.',
    showAll: 'Show all patients',
    emptyTitle: 'No patients yet',
    emptyText: 'Patients appear here as soon as another device sends them, or after you import records.',
    waiting: (n: number) =>
      `${plural(n, 'record is', 'records are')} still locked: the key has not arrived yet. ${n === 1 ? 'It opens by itself' : 'They open by themselves'}.`,
    observe: 'Observe',
    observeFor: (name: string) => `Observe ${name}`,
    noObservations: 'No observations yet',
    latest: (when: string) => `Observed ${when}`,
    fresh: (when: string) => `last entry ${when}`,
    shown: (n: number) => `${plural(n, 'patient', 'patients')} shown`,
  },

  due: {
    now: 'Observations due now',
    in: (span: string) => `Due in ${span}`,
    overdue: (span: string) => `Overdue by ${span}`,
    none: 'No observation due',
    first: 'First observations due',
  },

  when: {
    now: 'Now',
    change: 'Change the time',
    useNow: 'Use the time of saving',
    future: 'This time is in the future.',
  },

  exchange: {
    title: 'Import records',
    text: 'A FHIR R4 bundle (JSON), as other systems export it. Importing the same file twice changes nothing.',
    choose: 'Choose a file',
    file: 'FHIR file',
    start: 'Import',
    none: 'No file chosen',
    missing: 'Choose a file first.',
    working: 'Importing…',
    progress: (done: number, total: number) => `${done} of ${total}`,
    doneTitle: 'Import finished',
    patients: 'Patients',
    stays: 'Stays',
    created: 'Of these new',
    changed: 'Added to',
    unchanged: 'Already here',
    unmappedTitle: 'Not imported',
    unmappedText: 'These parts of the file have no place in the ward’s records.',
    unmappedNone: 'Everything in the file was imported.',
    what: 'What',
    count: 'Count',
    keepWorking: 'You can go on working meanwhile.',
  },

  time: {
    justNow: 'just now',
    minutes: (n: number) => `${n} min`,
    hours: (h: number, m: number) => (m === 0 ? `${h} h` : `${h} h ${m} min`),
    days: (n: number) => plural(n, 'day', 'days'),
    ago: (span: string) => `${span} ago`,
    yesterday: (time: string) => `yesterday ${time}`,
    dayAt: (day: string, time: string) => `${day} ${time}`,
  },
  ...accessEn,
  ...provenanceEn,
  ...vitalsEn,
  ...recordEn,
};

export type Words = typeof en;
