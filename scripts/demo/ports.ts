/** The demo's loopback ports: the usual ones if they are free, and the same ones at every later start. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface DemoPorts {
  readonly tablets: readonly number[];
  readonly bridge: number;
}

const USUAL: DemoPorts = { tablets: [7411, 7412, 7413], bridge: 7443 };
/** Where another four are looked for: apart from those of another demo that is looking now. */
const FIRST_OTHER = 7450 + (process.pid % 64) * 8;
const OTHERS = 500;

/** A browser keeps what it knows by the page's address, so a port that was used is asked for again. */
export async function choosePorts(root: string): Promise<DemoPorts> {
  const file = join(root, 'ports.json');
  const wanted = await readFile(file, 'utf8').then((text): DemoPorts => JSON.parse(text), () => USUAL);
  const chosen: number[] = [];
  for (const port of [...wanted.tablets, wanted.bridge]) chosen.push(await freePort(port, chosen));
  const ports = { tablets: chosen.slice(0, -1), bridge: chosen.at(-1) ?? wanted.bridge };
  await writeFile(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

/**
 * The wanted one (0 for none), or else one that the system gives to nobody unasked: one of those (what `listen(0)` returns) could
 * belong to another program's connection by the time it is listened at.
 */
export async function freePort(wanted: number, taken: readonly number[]): Promise<number> {
  const candidates = [...(wanted === 0 ? [] : [wanted]), ...Array.from({ length: OTHERS }, (_, index) => FIRST_OTHER + index)];
  for (const port of candidates) if (!taken.includes(port) && await isFree(port)) return port;
  return wanted;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
