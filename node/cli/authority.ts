/** The ward's certificate authority in an admin's hands: made at set-up, used to issue what bridges ask for. */
import { certificateEnd } from '../../protocol/authority/certificate-end.ts';
import { DEFAULT_DNS_SUFFIXES } from '../../protocol/authority/server-names.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { DeviceState } from '../../protocol/membership/ward-state.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { CommandFailed } from './command.ts';
import { memberFailure } from './members.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Clocks of desktops are not all right; a certificate that begins tomorrow is refused today. */
const BACKDATE = DAY;
/** An admin unlocks a client more often than once in so long. */
const RENEW_BEFORE_END = 90 * DAY;

/** `dnsSuffixes` have passed `isDnsSuffix`; none means the usual ones. */
export async function establishAuthority(session: Session, environment: Environment, dnsSuffixes: readonly string[]): Promise<void> {
  // Loaded when needed: most commands issue nothing.
  const { AUTHORITY_PERIOD, createAuthority } = await import('../../protocol/authority/authority.ts');
  const now = environment.clock.now();
  const authority = await createAuthority({
    entropy: environment.entropy, notBefore: now - BACKDATE, notAfter: now + AUTHORITY_PERIOD - BACKDATE,
    dnsSuffixes: dnsSuffixes.length > 0 ? dnsSuffixes : DEFAULT_DNS_SUFFIXES,
  });
  const set = await session.members.setAuthority(authority.certificate, authority.privateKey);
  authority.privateKey.fill(0);
  if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
}

/**
 * Issues a certificate to every bridge that asked for one and has none, or whose certificate ends within 90 days. Returns
 * how many. Throws `CommandFailed` with one line when a certificate is owed and cannot be issued.
 */
export async function issueOwedCertificates(session: Session, replica: Replica, environment: Environment): Promise<number> {
  const now = environment.clock.now();
  const { authority: published, devices } = replica.state();
  const owed = published === undefined ? [] : [...devices.values()].filter((device) => isOwed(device, certificateEnd(published.certificate), now));
  if (owed.length === 0) return 0;

  const { issueCertificate, MAX_SERVER_PERIOD, openAuthority } = await import('../../protocol/authority/authority.ts');
  const sealed = session.members.openAuthority();
  if (sealed === null) throw new CommandFailed("the key of the ward's certificate authority does not open for this user, so no bridge gets a certificate");
  const authority = await openAuthority(sealed);
  sealed.privateKey.fill(0);
  const { notBefore: authorityBegins, notAfter: authorityEnds } = authority.certificate;
  const period = {
    notBefore: Math.max(now - BACKDATE, authorityBegins.getTime()),
    notAfter: Math.min(now + MAX_SERVER_PERIOD - 2 * BACKDATE, authorityEnds.getTime()),
  };
  for (const device of owed) {
    const issued = await issueCertificate(authority, device.certificateRequest, { entropy: environment.entropy, ...period });
    if (!issued.ok) throw new CommandFailed(`the bridge '${session.members.nameOf(device.sealedName) ?? 'without a readable name'}' gets no certificate: ${reasonOf(issued.failure)}`);
    const set = await session.members.issueCertificate(device.id, issued.value);
    if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
  }
  return owed.length;
}

/** A certificate that lasts as long as its authority cannot be bettered. */
function isOwed({ kind, removal, certificateRequest, certificate }: DeviceState, authorityEnds: number, now: number): boolean {
  if (kind !== 'bridge' || removal !== undefined || certificateRequest.length === 0) return false;
  if (certificate.length === 0) return true;
  const end = certificateEnd(certificate);
  return end - now < RENEW_BEFORE_END && end < authorityEnds;
}

function reasonOf(failure: { readonly code: string; readonly names?: readonly string[] }): string {
  switch (failure.code) {
    case 'name-not-permitted':
      return `it asked for ${failure.names?.join(', ') ?? 'names'}, which the ward's certificate authority may not vouch for. Let it join anew with other --host names`;
    case 'bad-period':
      return "the ward's certificate authority has ended, or this machine's clock is wrong";
    default:
      return `its request is refused (${failure.code}). Let it join anew`;
  }
}
