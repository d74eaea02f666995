/** The demo's loopback ports: the usual ones if they are free, and the same ones at every later start. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface DemoPorts {
  readonly tablets: readonly number[];
  readonly bridge: number;
}

const USUAL: DemoPorts = { tablets: [7411, 7412, 7413], bridge: 7443 };

/** A browser keeps what it knows by the page's address, so a port that was used is asked for again. */
export async function choosePorts(root: string): Promise<DemoPorts> {
  const file = join(root, 'ports.json');
  const wanted = await readFile(file, 'utf8').then((text): DemoPorts => JSON.parse(text), () => USUAL);
  const tablets: number[] = [];
  for (const port of wanted.tablets) tablets.push(await freePort(port));
  const ports = { tablets, bridge: await freePort(wanted.bridge) };
  await writeFile(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function freePort(wanted: number): Promise<number> {
  return await tryPort(wanted) ?? await tryPort(0) ?? wanted;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
