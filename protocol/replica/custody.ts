/**
 * What this device says of what it keeps, signed with its own key: erasures that it has carried out (ERASE-4), and backups
 * that were made of it (ERASE-5). Every device that keeps records does so; blind ones too.
 */
import type { Clock, Log } from '../codec/environment.ts';
import { CUSTODY_DOCUMENT, deviceId, hexOf, type ItemId } from '../codec/ids.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import { encodeFields, signItemWith } from '../items/item.ts';
import { encodeCustody, MAX_ACKNOWLEDGED, type Custody } from '../items/custody.ts';
import { ChainWriter, NotAdmittedError } from './chain-writer.ts';
import { readCustody } from './custody-notes.ts';
import type { Replica } from './replica.ts';
import { StoreError } from '../store/item-store.ts';

export interface CustodyOptions {
  readonly replica: Replica;
  readonly key: DeviceKey;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Custodian {
  /** Resolves when what is owed by now is written, or could not be. */
  settled(): Promise<void>;
  note(custody: Custody): Promise<void>;
  stop(): Promise<void>;
}

/** Starts acknowledging, with what an earlier run still owed. What cannot be written now is owed until the next erasure or start. */
export async function keepCustody(options: CustodyOptions): Promise<Custodian> {
  const { replica, key, clock, log } = options;
  const author = deviceId.from(key.publicKey);
  const writer = new ChainWriter({ replica, author, clock });
  let working: Promise<void> = Promise.resolve();

  async function note(custody: Custody): Promise<void> {
    await writer.append(CUSTODY_DOCUMENT, (place) => signItemWith(key, replica.ward, encodeFields(place, { type: 'custody' }), encodeCustody(custody)));
  }

  async function acknowledge(): Promise<void> {
    const owed = await owedBy(replica, author);
    for (let at = 0; at < owed.length; at += MAX_ACKNOWLEDGED) await note({ type: 'erased', erasures: owed.slice(at, at + MAX_ACKNOWLEDGED) });
  }

  function follow(): void {
    working = working.then(acknowledge).catch((error: unknown) => {
      if (!(error instanceof NotAdmittedError || error instanceof StoreError)) throw error;
      log.event('acknowledgement-failed');
    });
  }

  const off = replica.onDestroyed(follow);
  follow();
  await working;
  return {
    settled: () => working,
    note,
    async stop() {
      off();
      await working;
    },
  };
}

/** Erasures that are carried out here and not acknowledged yet. */
async function owedBy(replica: Replica, author: ReturnType<typeof deviceId.from>): Promise<readonly ItemId[]> {
  const { devices, erasures } = replica.state();
  const self = devices.get(hexOf(author));
  if (self === undefined || self.removal !== undefined || self.kind === 'bridge') return [];
  const done = [...erasures.values()].filter(({ confirmed, documents }) => confirmed !== undefined && replica.isDestroyed(documents));
  if (done.length === 0) return [];
  const said = new Set<string>();
  for (const { note } of await readCustody(replica, author)) if (note.type === 'erased') for (const erasure of note.erasures) said.add(hexOf(erasure));
  return done.map(({ id }) => id).filter((id) => !said.has(hexOf(id)));
}
