/** A peer that has nothing fetches everything: against automerge-repo, unencrypted and in memory, in the same run. */
import assert from 'node:assert/strict';
import { startChild } from '../harness/child.ts';
import { progress, type Report } from '../harness/report.ts';
import { median } from '../harness/statistics.ts';
import { USERS } from '../ward/bench-ward.ts';
import { installPeers, startAutomergeRepo, TUNED } from './automerge-repo.ts';
import type { BulkDevice } from './device.ts';
import { freshDevice, type ManyDocuments } from './many-documents.ts';

interface Fetched {
  readonly stored: number;
  readonly opened: number;
  /** Processor time of both sides, until stored and until open. */
  readonly workStored: number;
  readonly workOpened: number;
  /** Signatures that the fresh peer checked for each item: until all were stored, and until all were open. */
  readonly checksStored: number;
  readonly checksOpened: number;
  readonly peak: number;
}

type FetchedUnsigned = Omit<Fetched, 'checksStored' | 'checksOpened'>;

export async function freshPeer(documents: ManyDocuments, rounds: number): Promise<Report> {
  installPeers();
  const own: Fetched[] = [];
  const tuned: FetchedUnsigned[] = [];
  const plain: FetchedUnsigned[] = [];
  for (let round = 0; round < rounds; round++) {
    own.push(await fetchWard(documents, freshDevice(round)));
    tuned.push(await fetchRepo(documents, TUNED));
    if (round === 0) plain.push(await fetchRepo(documents, []));
    const seconds = (runs: readonly FetchedUnsigned[]): string => ((runs.at(-1)?.opened ?? 0) / 1000).toFixed(1);
    progress(`round ${round + 1} of ${rounds}: Wardsync ${seconds(own)} s, automerge-repo ${seconds(tuned)} s tuned, ${seconds(plain)} s by default`);
  }
  const of = <What extends string>(runs: readonly Readonly<Record<What, number>>[], what: What): number => median(runs.map((run) => run[what]));
  const { documents: count, changesets, sessions } = documents.plan;
  return {
    name: 'fresh-peer',
    title: `${count} documents of ${changesets} changesets to a fresh peer`,
    method: `Stays of ${sessions} sessions each; both sides a process of their own on one machine; ${rounds} rounds, taking turns, medians. Wardsync: sealed, signed, every run checked, flushed to disk, then opened by a user (stretching the password not counted). automerge-repo: the same changes, unencrypted, WebSocket, in memory, with a larger young generation (tuned), and once with Node's default. From connecting until all is there. Signatures are counted where the fresh peer checks them, the log's among them, and divided by the items; a signature covers the run of items before it (SYNC-5). Checked: every document's value against what was written, and for automerge-repo every document's heads.`,
    figures: [
      { what: 'Wardsync: all verified and stored', value: of(own, 'stored') / 1000, unit: 's' },
      { what: 'Wardsync: the same, and every document open', value: of(own, 'opened') / 1000, unit: 's' },
      { what: 'automerge-repo, tuned', value: of(tuned, 'opened') / 1000, unit: 's' },
      { what: 'automerge-repo, default', value: of(plain, 'opened') / 1000, unit: 's' },
      { what: 'ratio to tuned: stored', value: of(own, 'stored') / of(tuned, 'opened'), unit: '×', goal: 0.12 },
      { what: 'ratio to tuned: open', value: of(own, 'opened') / of(tuned, 'opened'), unit: '×', goal: 0.42 },
      { what: 'Wardsync: processor time of both sides, stored', value: of(own, 'workStored') / 1000, unit: 's' },
      { what: 'Wardsync: processor time of both sides, open', value: of(own, 'workOpened') / 1000, unit: 's' },
      { what: 'automerge-repo, tuned: processor time of both sides', value: of(tuned, 'workOpened') / 1000, unit: 's' },
      { what: 'ratio of processor times: stored', value: of(own, 'workStored') / of(tuned, 'workOpened'), unit: '×' },
      { what: 'ratio of processor times: open', value: of(own, 'workOpened') / of(tuned, 'workOpened'), unit: '×' },
      { what: 'Wardsync: signatures checked for an item, stored', value: of(own, 'checksStored'), unit: '' },
      { what: 'Wardsync: signatures checked for an item, to the end', value: of(own, 'checksOpened'), unit: '' },
      { what: 'Wardsync: peak memory of the fresh peer, all open', value: of(own, 'peak') / 1e6, unit: 'MB' },
      { what: 'automerge-repo, tuned: peak memory', value: of(tuned, 'peak') / 1e6, unit: 'MB' },
    ],
  };
}

async function fetchWard({ ward, fingerprints }: ManyDocuments, name: string): Promise<Fetched> {
  const archive = startChild<BulkDevice>(new URL('device.ts', import.meta.url));
  const fresh = startChild<BulkDevice>(new URL('device.ts', import.meta.url));
  try {
    await archive.ask('open', { path: ward.device('archive').path, keep: 'disk', listen: true, peers: [] });
    const peers = await archive.ask('serve');
    await fresh.ask('open', { path: ward.device(name).path, keep: 'disk', listen: false, peers });
    const worked = async (): Promise<number> => (await fresh.ask('processorTime')) + (await archive.ask('processorTime'));
    const before = await worked();
    const items = ward.replica.count;
    const checkedBefore = await fresh.ask('signatureChecks');
    const stored = await fresh.ask('fetch', items);
    const checksStored = ((await fresh.ask('signatureChecks')) - checkedBefore) / items;
    const workStored = (await worked()) - before;
    await fresh.ask('stretchPassword', USERS[1]);
    const between = await worked();
    const opening = await fresh.ask('openAll');
    const workOpened = workStored + (await worked()) - between;
    assert.deepEqual(sorted(await fresh.ask('shown')), sorted(fingerprints), 'the fresh peer shows what was written');
    const checksOpened = ((await fresh.ask('signatureChecks')) - checkedBefore) / items;
    return { stored, opened: stored + opening, workStored, workOpened, checksStored, checksOpened, peak: await fresh.ask('peakMemory') };
  } finally {
    await fresh.stop();
    await archive.stop();
  }
}

/** `heads` are checked by the peer itself before it says that a document is there. */
async function fetchRepo({ made, file }: ManyDocuments, flags: readonly string[]): Promise<FetchedUnsigned> {
  const server = startAutomergeRepo(flags);
  const client = startAutomergeRepo(flags);
  try {
    const { port, urls } = await server.ask('serve', file);
    const documents = made.map(({ heads }, index) => ({ url: urls[index] ?? '', heads: heads.join() }));
    const worked = async (): Promise<number> => (await client.ask('processorTime')) + (await server.ask('processorTime'));
    const before = await worked();
    const opened = await client.ask('fetch', { port, documents });
    const workOpened = (await worked()) - before;
    return { stored: opened, opened, workStored: workOpened, workOpened, peak: await client.ask('peakMemory') };
  } finally {
    await client.stop();
    await server.stop();
  }
}

function sorted(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
