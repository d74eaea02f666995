import { equalBytes, toHex } from '../../../protocol/codec/bytes.ts';
import { hexOf, type DeviceId } from '../../../protocol/codec/ids.ts';
import { DEVICE_KINDS, type DeviceKind, type WardState } from '../../../protocol/membership/ward-state.ts';
import { encodeJoinCode, invitationKey } from '../../../protocol/network/join-code.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { issueOwedCertificates } from '../authority.ts';
import { withClient, CLIENT_OPTIONS, type Client } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { LISTEN_OPTION, listenAddresses } from '../folder-options.ts';
import { inviteDevice } from '../invite.ts';
import { deviceNamed, memberFailure, nameOption } from '../members.ts';
import { qrLines } from '../qr.ts';
import { until } from '../until.ts';

const HOUR = 60 * 60 * 1000;

export const pair: Command = {
  words: ['pair'],
  summary: 'Let a new device in: prints a one-time code, and waits until it has joined.',
  options: {
    ...CLIENT_OPTIONS,
    kind: { type: 'string', value: 'KIND', help: DEVICE_KINDS.join(', '), required: true },
    name: { type: 'string', value: 'NAME', help: "the device's name, e.g. 'Tablet bay A'; sealed", required: true },
    hours: { type: 'string', value: 'N', help: 'how long the code is valid', default: '1' },
    at: { type: 'string', value: 'DEVICE', help: 'who lets it in, by name or PeerId: for a page on a tablet that tablet (default: an archive in reach, else this device)' },
    'no-wait': { type: 'boolean', help: 'print the code and leave; needs an archive in reach, which then lets the device in' },
    ...LISTEN_OPTION,
  },
  about: `The code carries the ward's id, who to dial, and a secret; whoever has it can add one device, once. A tablet's code also lets in the
tablet's own page. A page reaches its own tablet alone, so a later code for one is made with --at. A browser that comes in through the
bridge is of kind desktop: its page comes over the network at every start, so the ward trusts it with less (see 'wardsync policy set').
Kind client is a tablet's page, or a person's own device that runs these commands. Show a code as QR, or type it; do not send it by
mail. A bridge gets its certificate when it has joined, so wait for it.`,
  async run(args, io) {
    const kind = DEVICE_KINDS.find((name) => name === args.must('kind'));
    if (kind === undefined) throw new UsageError(`--kind is one of ${DEVICE_KINDS.join(', ')}`);
    const hours = Number(args.must('hours'));
    if (!(hours > 0 && hours <= 72)) throw new UsageError('--hours takes a number up to 72');
    const name = nameOption(args, 'name');
    const environment = realEnvironment(silentLog);

    await withClient(args, io, async (client) => {
      const { session, device } = client;
      const expires = environment.clock.now() + hours * HOUR;
      const invitation = await inviteDevice(session, device.replica, environment, { kind, name, expires });
      if (!invitation.ok) throw new CommandFailed(memberFailure(invitation.failure));
      const at = args.text('at');
      const inviter = at === undefined ? await chooseInviter(client) : await inviterNamed(client, at);
      if (args.flag('no-wait') && inviter.isSelf) throw new CommandFailed('no archive in reach, so this device has to wait for the new one itself: leave out --no-wait');
      const code = encodeJoinCode({ ward: device.replica.ward, inviter: inviter.device, secret: invitation.value, addresses: [...inviter.addresses] });
      const use = inviter.kind === 'tablet' && kind === 'client' ? `In the browser on ${at}: open the address of its ward app, and #join= and the code behind it`
        : kind === 'desktop' ? "In the desktop's browser: open the bridge's address, and #join= and the code behind it"
        : `On the new device: wardsync join ${code.slice(0, 12)}… --kind ${kind}${kind === 'bridge' ? ' --host NAME' : ''}`;
      io.say(`${qrLines(code)}\n\n${code}\n\n${use}`);
      if (args.flag('no-wait')) return io.result({ code, kind }, code);
      // A program needs the code while this waits: a first line with it, and a second when the device has joined.
      if (io.json) io.result({ code, kind, waiting: true }, code);
      io.say('Waiting for it to join (Ctrl-C to leave; the code stays valid only while somebody can let the device in).');
      let isStopped = false;
      void io.stopped.then(() => { isStopped = true; });
      if (!await waitForJoin(client, invitation.value, kind, hours * HOUR, io.stopped)) {
        if (!isStopped) throw new CommandFailed("the code has expired, and no device has joined with it: make a new one with 'wardsync pair'");
        return io.result({ code, kind, joined: false }, inviter.isSelf ? 'No device has joined, and none can before this command runs again.' : `No device has joined yet. The archive lets one in until ${new Date(expires).toLocaleString()}.`);
      }
      const certificates = await issueOwedCertificates(session, device.replica, environment);
      io.result({ code, kind, joined: true, certificates }, certificates > 0 ? 'It has joined, and has its certificate.' : 'It has joined.');
    }, { listen: listenAddresses(args) });
  },
};

/** From an invitation here to one that an archive in reach has on its disk: a second at most, and more on a busy machine. */
const INFORM_MILLISECONDS = 8_000;
const MOST_PROOFS = 20;
const PROOF_PAUSE_MILLISECONDS = 250;

interface Inviter {
  /** This device itself, which has to go on running until the new one has joined. */
  readonly isSelf: boolean;
  readonly device: DeviceId;
  readonly kind: DeviceKind;
  readonly addresses: readonly string[];
}

/** An archive that already holds the invitation, because it is always on; else this device. */
async function chooseInviter(client: Client): Promise<Inviter> {
  const { host, replica, folder } = client.device;
  const isArchive = ({ device }: Peer): boolean => replica.state().devices.get(hexOf(device))?.kind === 'archive';
  // Where anybody was met an archive may come a moment later.
  const isInReach = host.peers().some(isArchive) && host.peers().some(({ lastContact }) => lastContact !== undefined);
  const informed = isInReach ? await firstInformed(client, isArchive) : undefined;
  const addresses = informed === undefined ? [] : await provenAddresses(client, informed);
  if (informed === undefined || addresses.length === 0) return { isSelf: true, device: folder.id, kind: folder.kind, addresses: host.addresses().slice(0, 8) };
  return { isSelf: false, device: informed, kind: 'archive', addresses };
}

/** The device that is named, once it holds the invitation. */
async function inviterNamed(client: Client, name: string): Promise<Inviter> {
  const { device: { replica }, session } = client;
  const device = deviceNamed(session, replica, name);
  const kind = replica.state().devices.get(hexOf(device))?.kind;
  if (kind !== 'archive' && kind !== 'tablet') throw new CommandFailed(`'${name}' lets nobody in: archives and tablets do`);
  if (await firstInformed(client, (peer) => equalBytes(peer.device, device)) === undefined) throw new CommandFailed(`'${name}' is not in reach, so it does not know the code: start it, and make the code anew`);
  return { isSelf: false, device, kind, addresses: await provenAddresses(client, device) };
}

/** The first of the peers meant that has confirmed the invitation. */
async function firstInformed({ device: { host }, own }: Client, isMeant: (peer: Peer) => boolean): Promise<DeviceId | undefined> {
  // Of two links with one peer one is closed, so there may be none for a moment.
  const informed = (): Peer | undefined => host.peers().find((peer) => isMeant(peer) && peer.link !== undefined && own.isHeldBy(peer.device));
  await until((check) => {
    const offs = [own.onHeld(check), host.onPeersChanged(check)];
    return () => { for (const off of offs) off(); };
  }, () => informed() !== undefined, INFORM_MILLISECONDS);
  return informed()?.device;
}

/** Where its link comes from need not be where it listens: discovery tells that, which may be a moment later. */
async function provenAddresses({ device: { host } }: Client, device: DeviceId): Promise<readonly string[]> {
  for (let asked = 0; asked < MOST_PROOFS; asked++) {
    const proven = await host.provenAddress(device);
    if (proven !== undefined) return [`/ip${proven.host.includes(':') ? 6 : 4}/${proven.host}/tcp/${proven.port}`];
    await until(() => () => undefined, () => false, PROOF_PAUSE_MILLISECONDS);
  }
  return [];
}

type Peer = ReturnType<Client['device']['host']['peers']>[number];

function waitForJoin({ device: { replica } }: Client, secret: Uint8Array, kind: DeviceKind, milliseconds: number, stopped: Promise<void>): Promise<boolean> {
  const invite = toHex(invitationKey(secret, replica.ward, kind).publicKey);
  const isUsed = (state: WardState): boolean => [...state.invitations.values()].some(({ id, usedBy }) => hexOf(id) === invite && usedBy !== undefined);
  return until((check) => replica.onAdmitted(check), () => isUsed(replica.state()), milliseconds, stopped);
}
