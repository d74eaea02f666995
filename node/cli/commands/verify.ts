import { discoveryFor } from '../../device/network-choice.ts';
import { itemsFolder, type DeviceFolder } from '../../device/device-folder.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { runDevice } from '../../device/running-device.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { giveUp, hindranceTo, verifyStore, type Damage, type Unmendable } from '../../../protocol/replica/verify.ts';
import { StoreError, type ItemStore } from '../../../protocol/store/item-store.ts';
import { openLevelStore } from '../../../protocol/store/level-store.ts';
import { CommandFailed, UsageError, type Arguments, type Command, type CommandIo } from '../command.ts';
import { deviceFolder, FOLDER_OPTION, networkChoice, NETWORK_OPTIONS } from '../folder-options.ts';
import { until } from '../until.ts';

export const verify: Command = {
  words: ['verify'],
  summary: 'Check every item that a device keeps, and fetch damaged ones again from its peers.',
  options: {
    ...FOLDER_OPTION,
    mend: { type: 'boolean', help: 'give up what is damaged, and fetch it again from whoever has it' },
    wait: { type: 'string', value: 'SECONDS', help: 'how long to wait for peers with --mend', default: '60' },
    ...NETWORK_OPTIONS,
  },
  about: `Reads every record, link and signature; it needs no password and opens nothing. The device must not be running. Exit code 1 if
something is damaged and not mended. With --mend nothing that can be read is lost: what only this device has is let in again as soon as
the damaged items before it have come, now or whenever the device meets a peer that has them.`,
  async run(args, io) {
    const folder = await deviceFolder(args);
    const seconds = Number(args.must('wait'));
    if (!(seconds >= 0 && seconds <= 3600)) throw new UsageError('--wait takes up to 3600 seconds');
    const mends = args.flag('mend');
    const { items, chains, damages } = await withStore(folder, async (store) => {
      const found = await verifyStore(store, folder.ward, (count) => { if (count % 1000 === 0) io.progress(count, undefined, 'items checked'); });
      if (mends) await giveUp(store, found.damages.filter((damage) => hindranceTo(damage, folder.id) === undefined));
      return found;
    });
    for (const damage of damages) io.say(`${nameOf(damage)}: ${damage.why}.${adviceOn(hindranceTo(damage, folder.id))}`);
    const owed = mends && damages.length > 0 ? await fetchAgain(folder, args, io, damages, seconds) : damages;
    const mended = damages.length - owed.length;
    io.result(
      { items, chains, mended, damaged: damages.map((damage) => ({ document: hexOf(damage.document), author: hexOf(damage.author), from: damage.from, upTo: damage.upTo, why: damage.why, mended: !owed.includes(damage) })) },
      damages.length === 0 ? `${items} items in ${chains} chains: all of it is what was written.` : `${items} items in ${chains} chains: ${damages.length} damaged, ${mended} mended.`,
    );
    if (owed.length > 0) throw new CommandFailed(failureText(mends));
  },
};

async function withStore<T>(folder: DeviceFolder, work: (store: ItemStore) => Promise<T>): Promise<T> {
  let store: ItemStore | undefined;
  try {
    store = await openLevelStore(itemsFolder(folder), 'unchecked');
    return await work(store);
  } catch (error) {
    if (error instanceof StoreError) throw new CommandFailed(error.message);
    throw error;
  } finally {
    await store?.close();
  }
}

/** Runs the device until everything that was given up is here again, or the time is over. Resolves with what is not. */
async function fetchAgain(folder: DeviceFolder, args: Arguments, io: CommandIo, damages: readonly Damage[], seconds: number): Promise<readonly Damage[]> {
  const started = await runDevice(folder, { environment: realEnvironment(silentLog), listen: [], discovery: discoveryFor(networkChoice(args)) });
  if (!started.ok) throw new CommandFailed(started.failure.message);
  const { replica, stop } = started.value;
  const owed = (): readonly Damage[] => damages.filter((damage) => (replica.head(damage)?.seq ?? 0) < damage.upTo || hindranceTo(damage, folder.id) !== undefined);
  const awaited = (): boolean => owed().every((damage) => hindranceTo(damage, folder.id) !== undefined);
  try {
    await until((check) => replica.onAdmitted(() => {
      io.progress(damages.length - owed().length, damages.length, 'mended');
      check();
    }), awaited, seconds * 1000);
    return owed();
  } finally {
    await stop();
  }
}

function nameOf({ document, author, from, upTo }: Damage): string {
  const which = from === upTo ? `item ${from}` : `items ${from} to ${upTo}`;
  return `${which} of ${hexOf(author).slice(0, 8)} in document ${hexOf(document).slice(0, 8)}`;
}

function adviceOn(hindrance: Unmendable | undefined): string {
  switch (hindrance) {
    case undefined: return '';
    case 'foundation': return " The ward's log and sessions are not fetched in part: move the folder away, and restore a backup or let the device join anew.";
    case 'own': return ' This device signed them itself, and would sign others in their place: let it join anew as a new device.';
  }
}

function failureText(mends: boolean): string {
  return mends ? "not all of it could be mended; what is missing is fetched when the device meets a peer that has it" : "something is damaged: 'wardsync verify --mend' fetches it again";
}
