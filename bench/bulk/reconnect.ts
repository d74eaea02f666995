/** Two peers that have the same already meet again: what it costs to find that out. */
import assert from 'node:assert/strict';
import { startChild } from '../harness/child.ts';
import type { Report } from '../harness/report.ts';
import { median } from '../harness/statistics.ts';
import { installPeers, startAutomergeRepo, TUNED } from './automerge-repo.ts';
import type { BulkDevice, Reconnected } from './device.ts';
import type { ManyDocuments } from './many-documents.ts';

interface RepoReconnected {
  readonly whole: number;
  readonly bytes: number;
}

export async function reconnect(documents: ManyDocuments, rounds: number): Promise<Report> {
  installPeers();
  const own = await reconnectWard(documents, rounds);
  const repo = await reconnectRepo(documents, rounds);
  const of = (read: (run: Reconnected) => number): number => median(own.map(read));
  const repoTime = median(repo.map(({ whole }) => whole));
  const { documents: count, changesets } = documents.plan;
  return {
    name: 'reconnect',
    title: `Reconnecting with ${count} unchanged documents`,
    method: `Documents of ${changesets} changesets on both sides, one process each; ${rounds} reconnections after a first one, medians. From starting to dial until both are in sync; for automerge-repo (tuned) until the last byte has come. 'On the wire' is the TCP payload with handshake and encryption. Checked: both root digests are equal.`,
    figures: [
      { what: 'channel up until in sync', value: of(({ session }) => session), unit: 'ms' },
      { what: 'frames sent until then', value: of(({ framesSent }) => framesSent), unit: '' },
      { what: 'bytes of sync sent', value: of(({ frames }) => frames.sent), unit: 'bytes', goal: 1024 },
      { what: 'bytes of sync received', value: of(({ frames }) => frames.received), unit: 'bytes', goal: 1024 },
      { what: 'all, with starting libp2p, dialling and Noise', value: of(({ whole }) => whole), unit: 'ms' },
      { what: 'on the wire, both ways', value: of(({ sockets }) => sockets.sent + sockets.received), unit: 'bytes' },
      { what: 'automerge-repo: all', value: repoTime, unit: 'ms' },
      { what: 'automerge-repo: on the wire, both ways', value: median(repo.map(({ bytes }) => bytes)), unit: 'bytes' },
      { what: 'ratio of the times, channel set-up not counted', value: of(({ session }) => session) / repoTime, unit: '×', goal: 0.1 },
      { what: 'ratio of the times, all counted', value: of(({ whole }) => whole) / repoTime, unit: '×' },
    ],
  };
}

async function reconnectWard({ ward }: ManyDocuments, rounds: number): Promise<readonly Reconnected[]> {
  const archive = startChild<BulkDevice>(new URL('device.ts', import.meta.url));
  const copy = startChild<BulkDevice>(new URL('device.ts', import.meta.url));
  try {
    await archive.ask('open', { path: ward.device('archive').path, keep: 'disk', listen: true, peers: [] });
    const peers = await archive.ask('serve');
    await copy.ask('open', { path: ward.device('copy').path, keep: 'disk', listen: false, peers });
    const runs: Reconnected[] = [];
    // The first brings what the archive has got since, if another benchmark ran before.
    for (let round = 0; round <= rounds; round++) runs.push(await copy.ask('reconnect'));
    assert.equal(await copy.ask('root'), await archive.ask('root'), 'both hold the same');
    return runs.slice(1);
  } finally {
    await copy.stop();
    await archive.stop();
  }
}

async function reconnectRepo({ made, file }: ManyDocuments, rounds: number): Promise<readonly RepoReconnected[]> {
  const server = startAutomergeRepo(TUNED);
  const client = startAutomergeRepo(TUNED);
  try {
    const { port, urls } = await server.ask('serve', file);
    await client.ask('fetch', { port, documents: made.map(({ heads }, index) => ({ url: urls[index] ?? '', heads: heads.join() })) });
    const runs: RepoReconnected[] = [];
    for (let round = 0; round <= rounds; round++) {
      const { whole, sockets } = await client.ask('reconnect', port);
      runs.push({ whole, bytes: sockets.sent + sockets.received });
    }
    return runs.slice(1);
  } finally {
    await client.stop();
    await server.stop();
  }
}
