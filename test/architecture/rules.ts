/** The arrows of ARCHITECTURE.md, and what follows from them, as checks that name every breach. */
import { wayTo, withoutComments, type Graph, type Sources } from './source-graph.ts';

/** What each room of the core may import, beside itself. A room that is not here may import nothing. */
const CORE: Readonly<Record<string, readonly string[]>> = withClosure({
  codec: [],
  crypto: [],
  'crypto/signing': ['codec', 'crypto'],
  'crypto/sealing': ['crypto/signing'],
  'crypto/sharing': ['crypto/signing'],
  'crypto/oprf': ['crypto/sharing'],
  'crypto/glass': ['crypto/oprf', 'crypto/sealing'],
  items: ['crypto/signing'],
  store: ['items'],
  membership: ['items'],
  replica: ['store', 'membership'],
  sync: ['replica'],
  unlock: ['crypto/oprf', 'replica'],
  network: ['sync', 'unlock'],
  authority: ['crypto/signing'],
  keys: ['crypto/glass', 'items', 'membership'],
  documents: ['keys', 'replica'],
  ward: ['documents', 'unlock'],
  clinical: ['codec'],
  chart: ['ward', 'clinical'],
});

/** What runs on machines that may be stolen or belong to an adversary, and so can open nothing. */
export const BLIND = [
  'protocol/sync/', 'protocol/replica/', 'protocol/store/', 'protocol/membership/', 'protocol/network/', 'protocol/items/', 'protocol/unlock/',
  'node/archive/', 'node/backup/', 'node/device/', 'node/page/', 'tablet/node/', 'browser-bridge/',
  'node/cli/command.ts', 'node/cli/terminal-io.ts',
  ...['archive', 'tablet', 'bridge', 'backup', 'restore', 'status', 'verify', 'join', 'policy'].map((command) => `node/cli/commands/${command}.ts`),
];

/** What opens, or helps to open, what a replica holds; and what issues certificates. */
const OPENS = [
  'protocol/keys/', 'protocol/documents/', 'protocol/ward/', 'protocol/chart/', 'protocol/crypto/sealing/', 'protocol/crypto/oprf/blinded-input.ts', 'protocol/authority/authority.ts',
  '@automerge/automerge', 'immer', 'hash-wasm', 'hpke', '@panva/hpke-noble', '@noble/post-quantum', '@noble/ciphers',
];

/** Whether this file or package is one that opens. */
export function opens(target: string): boolean {
  return isAmong(OPENS, target);
}

/** Encryption and key derivation that `node:crypto` and WebCrypto bring along, which no import line of a room tells of. */
const PLATFORM_OPENS = [
  /\b(?:create(?:Decipher|Cipher)(?:iv)?|(?:private|public)(?:Decrypt|Encrypt)|diffieHellman|createDiffieHellman|createECDH|scrypt(?:Sync)?|pbkdf2(?:Sync)?|argon2(?:Sync)?)\b/,
  /\bsubtle\b(?!\.(?:sign|verify|digest|generateKey|importKey|exportKey)\b)/,
];

/** Uses of it outside of the room that is made for sealing. */
export async function platformOpens(sources: Sources): Promise<readonly string[]> {
  return breaches(sources, (path) => !path.startsWith('protocol/crypto/sealing/'), (text) => PLATFORM_OPENS.flatMap((pattern) => pattern.exec(text)?.[0] ?? []));
}

const NETWORK_PACKAGES = /^(libp2p|@libp2p\/.*|@chainsafe\/libp2p-.*|@multiformats\/.*|multicast-dns)$/;

export function brokenArrows({ imports }: Graph): readonly string[] {
  return imports.flatMap(({ importer, target }) => {
    const [from, to] = [roomOf(importer), roomOf(target)];
    const line = `${importer} → ${target}`;
    if (to === undefined) return NETWORK_PACKAGES.test(target) && from !== 'protocol/network' ? [`${line}: only protocol/network speaks libp2p`] : [];
    // Scripts build and start the apps.
    if (from === to || from === undefined || from === 'scripts') return [];
    if (from.startsWith('protocol/')) {
      const allowed = CORE[from.slice('protocol/'.length)] ?? [];
      return to.startsWith('protocol/') && allowed.includes(to.slice('protocol/'.length)) ? [] : [line];
    }
    if (from === 'tablet/app') return to.startsWith('protocol/') ? [] : [`${line}: the page runs in a browser`];
    return to === 'node/cli' || to === 'tablet/app' ? [`${line}: an app of its own`] : [];
  });
}

/** A line for each blind root from which something that opens can be reached, with the way there. */
export function openDoors(graph: Graph): readonly string[] {
  return BLIND.flatMap((root) => {
    const roots = graph.files.filter((file) => file.startsWith(root));
    if (roots.length === 0) return [`${root}: there is no such file`];
    const way = wayTo(graph, roots, opens);
    const unreadable = wayTo(graph, roots, (target) => graph.computed.includes(target));
    return [
      ...(way === undefined ? [] : [`${root}: ${way.join(' → ')}`]),
      ...(unreadable === undefined ? [] : [`${root}: ${unreadable.join(' → ')}, which imports what no line names`]),
    ];
  });
}

/** As `openDoors`, of what the ward app's page loads beside its worker: keys, cryptography and Automerge live there. */
export function openPage(graph: Graph): readonly string[] {
  const heavy = [...OPENS.filter((prefix) => prefix !== 'protocol/chart/'), 'protocol/crypto/', 'protocol/replica/', 'protocol/store/', 'protocol/network/', 'tablet/app/worker/'];
  const way = wayTo(graph, ['tablet/app/main.tsx'], (target) => isAmong(heavy, target));
  return way === undefined ? [] : [way.join(' → ')];
}

const AMBIENT = [
  /\bDate\.now\b/, /\bnew Date(?:\(\s*\)|(?!\s*\())/, /(?<!new )\bDate\(/, /\bMath\.random\b/, /\bperformance\.now\b/, /\bhrtime\b/,
  /\b(?:setTimeout|setInterval|setImmediate|requestAnimationFrame)\b/,
  /\bgetRandomValues\b/, /\brandomUUID\b/, /import \{[^}]*\brandom(?:Bytes|Int|Fill)\b[^}]*\}/,
];

/** Clocks, timers and randomness that the core would take by itself instead of being handed them. */
export async function ambientReads(sources: Sources): Promise<readonly string[]> {
  return breaches(sources, (path) => path.startsWith('protocol/'), (text) => AMBIENT.flatMap((pattern) => pattern.exec(text)?.[0] ?? []));
}

/** Names of vocabularies that look like addresses and are never fetched (FHIR calls them systems). */
const IDENTIFIERS = new Set(['hl7.org', 'terminology.hl7.org', 'loinc.org', 'snomed.info', 'unitsofmeasure.org', 'www.nlm.nih.gov', 'www.w3.org', 'dicom.nema.org']);
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/;

/**
 * Addresses of hosts written into the product. An address that is put together as the program runs (`https://${…}`) is a
 * peer's; what leads to such an address is counted by `networkUses`.
 */
export async function writtenHosts(sources: Sources): Promise<readonly string[]> {
  return breaches(sources, () => true, (text) =>
    Array.from(text.matchAll(/\b(?:https?|wss?|ftp):\/\/([\w.:[\]-]+)/g), ([, host = '']) => host).filter((host) => !LOOPBACK.test(host) && !IDENTIFIERS.has(host)));
}

/** Everything by which a program can open a connection. */
const MEANS = [
  /(?<![.#\w])fetch\(/, /\bXMLHttpRequest\b/, /\bEventSource\b/, /\bsendBeacon\b/, /\bnew WebSocket\b/, /\bWebTransport\b/, /\bRTCPeerConnection\b/,
  /from "node:(?:http|https|http2|net|tls|dgram|dns)(?:\/promises)?"/,
];

/** Where there is a reason for one: the peers' network, the bridge's pipes, the page's server, a device's own socket file, the page's own origin, free ports for the demo. */
const MAY_CONNECT = ['protocol/network/', 'browser-bridge/', 'node/page/', 'node/device/', 'tablet/app/worker/', 'scripts/demo/ports.ts'];

export async function networkUses(sources: Sources): Promise<readonly string[]> {
  return breaches(sources, (path) => !MAY_CONNECT.some((prefix) => path.startsWith(prefix)), (text) => MEANS.flatMap((pattern) => pattern.exec(text)?.[0] ?? []));
}

function isAmong(places: readonly string[], target: string): boolean {
  return places.some((place) => (place.endsWith('/') ? target.startsWith(place) : target === place));
}

async function breaches(sources: Sources, isMeant: (path: string) => boolean, find: (text: string) => readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [path, text] of sources) {
    if (isMeant(path)) found.push(...find(await withoutComments(path, text)).map((what) => `${path}: ${what}`));
  }
  return found;
}

/** Undefined for a package. */
function roomOf(path: string): string | undefined {
  const [top = '', ...rest] = path.split('/');
  const folders = rest.slice(0, -1);
  if (top === 'protocol') return `protocol/${folders.slice(0, folders[0] === 'crypto' ? 2 : 1).join('/')}`;
  if (top === 'node' || top === 'tablet') return `${top}/${folders[0] ?? ''}`;
  return top === 'browser-bridge' || top === 'scripts' ? top : undefined;
}

/** Arrows lead on: who may import the ward may import what the ward is made of. */
function withClosure(arrows: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  const below = (room: string): readonly string[] => (arrows[room] ?? []).flatMap((next) => [next, ...below(next)]);
  return Object.fromEntries(Object.keys(arrows).map((room) => [room, [...new Set(below(room))]]));
}
