/** When all is done: what the nodes that open nothing have kept of it. */
import assert from 'node:assert/strict';
import { filesIn } from '../../multi-host/haystacks.ts';
import { StringSearch } from '../../multi-host/string-search.ts';
import type { Scene } from '../scene.ts';
import { NODES } from '../ward.ts';

/** Neither folders nor logs have a name, a password or a word of a record in any form; what has to be there is found. */
export async function nothingIsLeftBehind({ ward, canaries, typed }: Scene): Promise<void> {
  assert.ok(canaries.all.length >= 40 && typed.length > 4);
  const secrets = [...canaries.all, ...typed];
  const everywhere = [ward.id, ...NODES.map((name) => ward.peerId(name))];
  const search = new StringSearch([...secrets, ...everywhere]);
  for (const name of NODES) {
    const inFolder = new Set((await search.find(filesIn(ward.folder(name)))).map(({ text }) => text));
    assert.deepEqual(secrets.filter((text) => inFolder.has(text)), [], `folder of ${name}`);
    assert.ok(inFolder.has(ward.id), `the ward's id was to be found in the folder of ${name}`);
    const inLog = new Set((await search.find([Buffer.from(ward.logOf(name))])).map(({ text }) => text));
    assert.deepEqual(secrets.filter((text) => inLog.has(text)), [], `log of ${name}`);
    assert.ok(inLog.has(ward.peerId(name)), `its PeerId was to be found in the log of ${name}`);
  }
}
