/** Reads what devices have said of what they keep, and makes of it the report on an erasure. */
import { authorId, CUSTODY_DOCUMENT, deviceId, hexOf, type AuthorId, type DeviceId, type ItemId } from '../codec/ids.ts';
import { toHex } from '../codec/bytes.ts';
import { decodeCustody, type Custody } from '../items/custody.ts';
import type { DeviceState, ErasureState, WardState } from '../membership/ward-state.ts';
import type { Replica } from './replica.ts';

export interface CustodyNote {
  readonly note: Custody;
  /** By the device's clock. */
  readonly time: number;
}

export interface KnownBackup {
  /** 32 hex digits. */
  readonly id: string;
  readonly device: DeviceId;
  readonly created: number;
  /** When somebody said that no copy is left. */
  readonly destroyed: number | undefined;
  readonly heads: readonly ItemId[];
}

export interface ErasureReport {
  readonly erasure: ErasureState;
  /** Devices that keep records and are in, or went without having acknowledged; none while the erasure is not confirmed. */
  readonly nodes: readonly { readonly device: DeviceState; readonly acknowledged: number | undefined }[];
  /** Backups that were made before: they hold the sealed items until they are destroyed. */
  readonly backups: readonly KnownBackup[];
}

export async function readCustody(replica: Replica, author: AuthorId): Promise<readonly CustodyNote[]> {
  const chain = { document: CUSTODY_DOCUMENT, author };
  const notes: CustodyNote[] = [];
  for (let next = 1; next <= (replica.head(chain)?.seq ?? 0);) {
    const items = await replica.read(chain, next, { maxItems: 256, maxBytes: 4 * 1024 * 1024 });
    if (items.length === 0) break;
    for (const { body, fields } of items) notes.push({ note: decodeCustody(body), time: fields.time });
    next += items.length;
  }
  return notes;
}

/** Of every device; newest last. */
export async function listBackups(replica: Replica): Promise<readonly KnownBackup[]> {
  const backups = new Map<string, KnownBackup>();
  const destroyed = new Map<string, number>();
  for (const { author } of replica.frontier(CUSTODY_DOCUMENT)) {
    for (const { note, time } of await readCustody(replica, authorId.from(author))) {
      if (note.type === 'backup-made') {
        const id = toHex(note.backup);
        backups.set(id, { id, device: deviceId.from(author), created: note.created, destroyed: undefined, heads: note.heads });
      }
      if (note.type === 'backup-destroyed') destroyed.set(toHex(note.backup), time);
    }
  }
  return [...backups.values()].map((backup) => ({ ...backup, destroyed: destroyed.get(backup.id) })).sort((a, b) => a.created - b.created);
}

/** One report for each erasure, in the order of the log. */
export async function reportErasures(replica: Replica): Promise<readonly ErasureReport[]> {
  const state = replica.state();
  if (state.erasures.size === 0) return [];
  const acknowledged = new Map<string, number>();
  for (const { author } of replica.frontier(CUSTODY_DOCUMENT)) {
    for (const { note, time } of await readCustody(replica, authorId.from(author))) {
      if (note.type === 'erased') for (const erasure of note.erasures) acknowledged.set(hexOf(author) + hexOf(erasure), time);
    }
  }
  const backups = await listBackups(replica);
  const keepers = [...state.devices.values()].filter(({ kind }) => kind !== 'bridge');
  return [...state.erasures.values()].map((erasure) => {
    const { id, confirmed } = erasure;
    if (confirmed === undefined) return { erasure, nodes: [], backups: [] };
    const nodes = keepers
      .map((device) => ({ device, acknowledged: acknowledged.get(hexOf(device.id) + hexOf(id)) }))
      .filter(({ device, acknowledged: time }) => device.removal === undefined || time === undefined);
    return { erasure, nodes, backups: backups.filter(({ heads }) => !knew(state, heads, confirmed.operation)) };
  });
}

/** A backup that was made where the erasure was known has nothing of it. */
function knew(state: WardState, heads: readonly ItemId[], erasure: ItemId): boolean {
  return state.knows(heads) && state.isPast([erasure], heads);
}
