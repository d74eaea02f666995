/**
 * What the page and its worker say to each other.
 *
 * All keys, all cryptography and Automerge live in the worker; the page holds only what it shows. The page sends a
 * `Request` and gets one `Reply`; between them the worker sends `Update`s, each a whole new value of one `Topic`.
 */
import type { Provenance } from '../../protocol/chart/provenance.ts';
import type { NewAdmission, NewPerson } from '../../protocol/chart/admit.ts';
import type { NotShown } from '../../protocol/chart/chart.ts';
import type {
  Allergy, Condition, IsoTime, MedicationOrder, Measurement, Note, ObservationSet, Administration,
} from '../../protocol/clinical/model.ts';
import type { Audit, AuditLine, AuditQuery } from '../../protocol/chart/audit.ts';
import type { Examination } from '../../protocol/chart/doctor.ts';
import type { PatientParts, StayLine } from '../../protocol/clinical/patient-page.ts';
import type { AccountEvent } from '../../protocol/membership/account-state.ts';
import type { CouncilCode, CouncilRequests, CouncilView } from './port-council.ts';
import type { ErasureFailureCode, ErasureRequests } from './port-erasure.ts';
import type { GlassFailureCode, GlassRequests, GlassView } from './port-glass.ts';
import type { PresenceRequests, PresenceView } from './port-presence.ts';
import type { BedCard, OtherPatient, PersonCard } from '../../protocol/clinical/views.ts';

export type { AuditLine, AuditQuery, BedCard, Examination, NewAdmission, NewPerson, NotShown, OtherPatient, PersonCard, StayLine };

/** Why a request was not done. `message` is for people and holds no secret. */
export interface Failure {
  readonly code:
    | 'wrong-password' | 'unknown-user' | 'not-enrolled' | 'bad-code' | 'code-used' | 'no-peer' | 'locked'
    | 'kit-word' | 'kit-count' | 'kit-checksum' | 'wrong-kit' | 'kit-spent' | 'no-holders' | 'bad-holders' | 'no-share' | 'shares-damaged'
    | 'too-few-nodes' | 'device-tries' | 'tries' | 'disused'
    | 'wrong-pin' | 'pin-gone' | 'pin-no-node' | 'pin-dishonest' | 'pin-length' | 'pin-too-easy' | 'pin-late'
    | 'password-too-short' | 'password-too-common' | 'password-same'
    | CouncilCode | 'not-recorded' | ErasureFailureCode | GlassFailureCode
    | 'not-allowed' | 'invalid' | 'not-found' | 'already-admitted' | 'bed-taken' | 'storage' | 'internal';
  readonly message: string;
}

export interface Requests extends CouncilRequests, ErasureRequests, PresenceRequests, GlassRequests {
  /** Enrol this page as a device with a one-time code. */
  enrol: { params: { code: string }; result: null };
  /** For a desktop that nobody has used for long: forgets the ward here, once another device has everything. Then the worker is to be started anew. */
  startAnew: { params: Record<string, never>; result: null };
  /** Open the user's bundle; takes about half a second. */
  unlock: { params: { handle: string; password: string }; result: { handle: string; name: string } };
  /** Handles of those who set a PIN on this tablet; none in other browsers. */
  pinHandles: { params: Record<string, never>; result: readonly string[] };
  /** Whether the PIN still opens, as the tablet's node says. */
  pinState: { params: { handle: string }; result: PinStateView };
  /** As `unlock`, by PIN. `wrong-pin` has the number of tries that are left as its message. */
  unlockWithPin: { params: { handle: string; pin: string }; result: null };
  /** For who has just unlocked otherwise. The topic `pin` says until when it opens. */
  setPin: { params: { pin: string }; result: null };
  dropPin: { params: Record<string, never>; result: null };
  /** Ends the session. The page ends the worker after it, and every key and opened document with its memory. */
  lock: { params: Record<string, never>; result: null };
  /** Seals the user's keys under another password. */
  changePassword: { params: { old: string; fresh: string }; result: null };
  /** A kit in place of any before; the reply is the only time that its words are seen. */
  makeKit: { params: { password: string; language: 'en' | 'fr' }; result: { words: readonly string[]; code: string } };
  /** Deals the keys to people of the ward (their ids); to nobody if there are none. */
  setHolders: { params: { password: string; holders: readonly string[]; threshold: number }; result: null };
  /** Gives the share that this user holds to the device that asked for it. */
  releaseShare: { params: { ask: string }; result: null };
  /** While locked: opens the keys with a kit's words or code, and sets a password. `kit-word` has the word's place as its message, `kit-count` the number of words. */
  recoverWithKit: { params: { handle: string; kit: string; fresh: string }; result: null };
  /** While locked: asks the people whom the user named; the topic `recovery` follows it. */
  askHolders: { params: { handle: string }; result: null };
  finishRecovery: { params: { fresh: string }; result: null };
  giveUpRecovery: { params: Record<string, never>; result: null };
  /** The ward's devices, a tablet and its page as one. */
  devices: { params: Record<string, never>; result: readonly DeviceView[] };
  /** Shuts out a lost device and what goes with it; the names of who had unlocked there. Admins only. */
  reportLost: { params: { device: string }; result: { users: readonly string[] } };
  /** Who opened which patient, as far as it was sealed to this user: the newest, of `total`. */
  audit: { params: AuditQuery; result: AuditView };
  /** The same, all of it, as FHIR AuditEvents. */
  exportAudit: { params: AuditQuery; result: { fileName: string; json: string } };
  doctor: { params: Record<string, never>; result: Examination };
  /** What this user typed on this device and had not saved; null when there is nothing. JSON of the page's own. */
  takeDrafts: { params: Record<string, never>; result: string | null };
  /** Keeps it, sealed so that only this user's next unlock here opens it; the empty text forgets it. */
  keepDrafts: { params: { drafts: string }; result: null };
  /**
   * Show one patient, once it is recorded that it is; the `patient` topic carries it until another is opened. Null closes. `stay` is the one to read;
   * without it the one in progress, else the newest.
   */
  openPatient: { params: { patient: string | null; stay?: string }; result: null };
  /** The page is being printed, with the patient that is shown on it. */
  printed: { params: Record<string, never>; result: null };
  /** Begins a stay of a patient who is not on the ward. */
  admit: { params: { patient: string; admission: NewAdmission }; result: { stay: string } };
  /** Makes a record, and begins a stay if `admission` is given. */
  addPatient: { params: { person: NewPerson; admission?: NewAdmission }; result: { patient: string } };
  addObservations: { params: { stay: string; set: Omit<ObservationSet, 'author'> }; result: { id: string } };
  addNote: { params: { stay: string; note: Omit<Note, 'author'> }; result: { id: string } };
  markEnteredInError: {
    params: { stay: string; collection: 'observations' | 'notes'; id: string; reason: string };
    result: null;
  };
  importFhir: { params: { file: Blob }; result: ImportSummary };
  exportFhir: { params: { patient: string }; result: { fileName: string; json: string } };
}

export interface DeviceView {
  /** In hex; of a tablet with its page, the tablet's. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'archive' | 'tablet' | 'bridge' | 'client' | 'desktop';
  /** The device in one's hand. */
  readonly own: boolean;
  /** Of the own page: whether the browser keeps its key to itself, or it lies in the browser's storage. */
  readonly key?: 'held' | 'stored';
  readonly connected: boolean;
  readonly lastSeen?: IsoTime;
  readonly lastUnlock?: IsoTime;
  /** Names of who unlocked there. */
  readonly users: readonly string[];
}

export interface AuditView extends Audit {
  /** `byGlass`: while the patient was open to them in an emergency. */
  readonly lines: readonly (AuditLine & { readonly byGlass: boolean })[];
  readonly total: number;
}

export interface ImportSummary {
  readonly patients: number;
  readonly stays: number;
  /** Records and stays that are new here, were added to, and were here as they are. */
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** What was not mapped, by resource type (or type and reason), with counts. */
  readonly unmapped: Readonly<Record<string, number>>;
}

export interface PinStateView {
  readonly state: 'none' | 'held' | 'gone' | 'no-node';
  readonly left: number;
}

/** The own PIN on this tablet. */
export interface PinView {
  /** One has just unlocked, and not by PIN. */
  readonly canSet: boolean;
  /** When the one that is set ends; null without one. */
  readonly until: IsoTime | null;
}

export interface Topics {
  /** Null while locked, and where the ward or the device has no PINs. */
  pin: PinView | null;
  /** One's own account; null while locked. */
  account: AccountView | null;
  /** The question that this locked page asked; null when there is none. */
  recovery: RecoveryView | null;
  /** People, teams and rules of the ward; null while locked, and for whoever has no say in them. */
  council: CouncilView | null;
  /** Who answers the unlock that is going on, or answered the last; null before the first. */
  presence: PresenceView | null;
  /** Patients opened in an emergency; null while locked. */
  glass: GlassView | null;
  session: SessionView;
  board: BoardView;
  patient: PatientView | null;
  /** Ids of documents that were erased for good, as the log says at each unlock and after it. */
  erased: readonly string[];
  sync: SyncView;
  /** Of the import that is running; null when none is. */
  importing: { done: number; total: number; what: string } | null;
}

export type SessionView =
  | { readonly state: 'starting' }
  /** This page is not a device of a ward yet. */
  | { readonly state: 'not-enrolled' }
  /** The names of ward and device are sealed while locked; `device` is the beginning of its id. */
  | { readonly state: 'locked'; readonly device: string }
  /** `over`: why nothing may be done here any more. `lostDevices`: names of devices where this user had unlocked and that were shut out since the password was last set. */
  | { readonly state: 'unlocked'; readonly ward: string; readonly device: string; readonly user: string; readonly handle: string; readonly name: string; readonly role: string; readonly mayWrite: boolean; readonly isHeldShort: boolean; readonly hasTemporaryPassword: boolean; readonly isPasswordOwed?: true; readonly lostDevices: readonly string[]; readonly over?: 'removed' | 'new-keys' }
  /** This device was removed from the ward; what it held is being destroyed, or `destroyed`. */
  | { readonly state: 'revoked'; readonly destroyed: boolean }
  | { readonly state: 'failed'; readonly message: string };

export interface PersonView {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
}

export interface AccountView {
  /** When the kit in force was made. */
  readonly kitMade?: IsoTime;
  readonly holders: { readonly threshold: number; readonly people: readonly (PersonView & { readonly canHelp: boolean })[] } | null;
  /** Everybody else in the ward, by name. */
  readonly candidates: readonly PersonView[];
  /** Who asks for a share that this user holds, newest first. */
  readonly requests: readonly { readonly ask: string; readonly person: PersonView; readonly code: string; readonly device: string; readonly at: IsoTime; readonly released: boolean }[];
  /** What happened to the account, newest first. `by`: the name of whoever else did it. */
  readonly events: readonly AccountEventView[];
}

export interface AccountEventView {
  readonly id: string;
  readonly what: AccountEvent['what'];
  readonly by: string | null;
  readonly device: string;
  readonly at: IsoTime;
  readonly isNew: boolean;
}

export interface RecoveryView {
  /** `1234 5678 …`, 20 digits, to be read out. */
  readonly code: string;
  readonly threshold: number;
  readonly holders: readonly { readonly handle: string; readonly answer: 'none' | 'good' | 'bad' }[];
  readonly isEnough: boolean;
}

export interface BoardView {
  readonly state: 'loading' | 'ready';
  readonly ward: string;
  readonly beds: readonly { readonly label: string; readonly bay?: string; readonly order: number }[];
  readonly cards: readonly BedCard[];
  /** Known here and not on the ward, by name. */
  readonly others: readonly OtherPatient[];
  /** Documents that wait for a key that is not here yet. */
  readonly waiting: number;
}

export interface Entry<T> {
  readonly id: string;
  readonly value: T;
  /** Not yet on another device, on n other devices, or on the archive's disk with its receipt. */
  readonly standing: Standing;
  /** Where it names somebody else than who signed it, or somebody else has changed it; once that is known. */
  readonly provenance?: Provenance;
  /** The same of its 'entered in error'. */
  readonly errorProvenance?: Provenance;
}

export type Standing = 'saving' | 'saved' | 'sent' | 'backed-up';

/** `PatientParts` with how far each entry has been synced. */
export interface PatientView extends Omit<PatientParts, EntryLists> {
  readonly allergies: readonly Entry<Allergy>[];
  readonly conditions: readonly Entry<Condition>[];
  readonly medications: readonly Entry<MedicationOrder>[];
  readonly measurements: readonly Entry<Measurement>[];
  readonly orders: readonly Entry<MedicationOrder>[];
  readonly observations: readonly Entry<ObservationSet>[];
  readonly notes: readonly Entry<Note>[];
  readonly administrations: readonly Entry<Administration>[];
  /** Here and not part of the above, by author and why. */
  readonly notShown: readonly NotShown[];
}

type EntryLists = 'allergies' | 'conditions' | 'medications' | 'measurements' | 'orders' | 'observations' | 'notes' | 'administrations';

export interface PeerView {
  readonly peer: string;
  readonly name: string;
  readonly kind: 'archive' | 'tablet' | 'bridge' | 'client' | 'desktop';
  /** In reach of this page; of its tablet, where the page is a tablet's. */
  readonly connected: boolean;
  /** This page's own tablet, whose disk keeps what is written here. */
  readonly own?: boolean;
  readonly lastSeen?: IsoTime;
  /** Connected and nothing is owed in either direction. */
  readonly inSync: boolean;
}

export interface SyncView {
  readonly peers: readonly PeerView[];
  /** Own changesets not yet durable on this device's store. */
  readonly saving: number;
  /** Own changesets durable here that no other device has acknowledged. */
  readonly unsent: number;
  /** Own changesets that at least one other device holds but without a receipt of the archive. */
  readonly notBackedUp: number;
  /** How many other devices hold everything that was written here. */
  readonly heldBy: number;
  readonly backedUpAt?: IsoTime;
}

export type RequestName = keyof Requests;
export type TopicName = keyof Topics;

export type ToWorker = { readonly [N in RequestName]: { readonly id: number; readonly name: N; readonly params: Requests[N]['params'] } }[RequestName];

export type FromWorker =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure }
  | { readonly [T in TopicName]: { readonly topic: T; readonly value: Topics[T] } }[TopicName];
