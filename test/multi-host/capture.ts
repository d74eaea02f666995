/** A capture of a network by tcpdump, and what was said in it: each TCP direction put together, each datagram as it is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';

export interface Said {
  readonly datagrams: readonly Buffer[];
  readonly streams: readonly Buffer[];
}

interface Segment {
  readonly seq: number;
  readonly payload: Buffer;
}

export class Capture {
  readonly #process: ChildProcess;
  readonly #file: string;

  private constructor(process: ChildProcess, file: string) {
    this.#process = process;
    this.#file = file;
  }

  /**
   * Records all frames on an interface until `end`, or those that fit a filter of pcap's. `enter` leads to where the interface is. Undefined, with the reason
   * said, where that cannot be: tcpdump gives up its rights, which an ordinary user's namespace does not allow it to.
   */
  static async begin(t: TestContext, enter: readonly string[], networkInterface: string, file: string, filter = ''): Promise<Capture | undefined> {
    const asRoot = process.getuid?.() === 0 ? enter.filter((word) => word !== '--user' && word !== '--preserve-credentials') : enter;
    const [command, ...rest] = [...asRoot, 'tcpdump', '-i', networkInterface, '-s', '0', '-U', '-Z', 'root', '-B', '16384', '-w', file, filter];
    const tcpdump = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => { tcpdump.kill('SIGKILL'); });
    let said = '';
    const isListening = await new Promise<boolean>((resolve) => {
      tcpdump.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('listening on')) resolve(true);
      });
      tcpdump.once('close', () => resolve(false));
      tcpdump.once('error', () => resolve(false));
    });
    if (isListening) return new Capture(tcpdump, file);
    console.error(`NOT RUN: the traffic on ${networkInterface} is not captured (${said.trim() || 'no tcpdump'})`);
    return undefined;
  }

  async end(): Promise<Said> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGINT');
    await closed;
    return readCapture(await readFile(this.#file));
  }
}

/** A classic pcap file of Ethernet frames, as tcpdump writes on this machine. */
function readCapture(file: Buffer): Said {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== 1) throw new Error('not a capture of Ethernet frames');
  const datagrams: Buffer[] = [];
  const directions = new Map<string, Segment[]>();
  for (let at = 24; at + 16 <= file.length;) {
    const length = file.readUInt32LE(at + 8);
    readFrame(file.subarray(at + 16, at + 16 + length), datagrams, directions);
    at += 16 + length;
  }
  return { datagrams, streams: [...directions.values()].map(joined) };
}

const IPV4 = 0x0800;
const TCP = 6;
const UDP = 17;

function readFrame(frame: Buffer, datagrams: Buffer[], directions: Map<string, Segment[]>): void {
  if (frame.length < 34 || frame.readUInt16BE(12) !== IPV4) {
    datagrams.push(frame);
    return;
  }
  const packet = frame.subarray(14, 14 + frame.readUInt16BE(16));
  const content = packet.subarray((packet.readUInt8(0) & 15) * 4);
  if (packet.readUInt8(9) === UDP) datagrams.push(content.subarray(8));
  else if (packet.readUInt8(9) !== TCP) datagrams.push(content);
  else {
    const direction = `${packet.subarray(12, 20).toString('hex')} ${content.subarray(0, 4).toString('hex')}`;
    const payload = content.subarray((content.readUInt8(12) >> 4) * 4);
    const segments = directions.get(direction) ?? [];
    directions.set(direction, segments);
    if (payload.length > 0) segments.push({ seq: content.readUInt32BE(4), payload });
  }
}

/** In the order of the stream, without what was sent again. */
function joined(segments: readonly Segment[]): Buffer {
  const first = segments[0]?.seq ?? 0;
  const placed = segments.map(({ seq, payload }) => ({ at: (seq - first) | 0, payload })).sort((a, b) => a.at - b.at);
  const parts: Buffer[] = [];
  let end = placed[0]?.at ?? 0;
  for (const { at, payload } of placed) {
    const fresh = payload.subarray(Math.max(0, end - at));
    parts.push(fresh);
    end = Math.max(end, at + payload.length);
  }
  return Buffer.concat(parts);
}
