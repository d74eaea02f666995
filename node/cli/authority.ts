/** The ward's certificate authority in an admin's hands: made at set-up, used to issue what bridges ask for. */
import { createAuthority, issueCertificate, MAX_SERVER_PERIOD, openAuthority, AUTHORITY_PERIOD } from '../../protocol/authority/authority.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { CommandFailed } from './command.ts';
import { memberFailure } from './members.ts';

/** Clocks of desktops are not all right; a certificate that begins tomorrow is refused today. */
const BACKDATE = 24 * 60 * 60 * 1000;

export async function establishAuthority(session: Session, environment: Environment, dnsSuffixes: readonly string[]): Promise<void> {
  const now = environment.clock.now();
  const authority = await createAuthority({
    entropy: environment.entropy, notBefore: now - BACKDATE, notAfter: now + AUTHORITY_PERIOD - BACKDATE,
    ...(dnsSuffixes.length > 0 && { dnsSuffixes }),
  });
  const set = await session.members.setAuthority(authority.certificate, authority.privateKey);
  authority.privateKey.fill(0);
  if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
}

/** Issues a certificate to every bridge that asked for one and has none. Returns how many. */
export async function issueOwedCertificates(session: Session, replica: Replica, environment: Environment): Promise<number> {
  const owed = [...replica.state().devices.values()].filter((device) =>
    device.kind === 'bridge' && device.removal === undefined && device.certificateRequest.length > 0 && device.certificate.length === 0);
  if (owed.length === 0) return 0;
  const sealed = session.members.openAuthority();
  if (sealed === null) throw new CommandFailed("the ward's certificate authority does not open for this user");
  const authority = await openAuthority(sealed);
  sealed.privateKey.fill(0);
  const now = environment.clock.now();
  for (const device of owed) {
    const issued = await issueCertificate(authority, device.certificateRequest, {
      entropy: environment.entropy, notBefore: now - BACKDATE, notAfter: now + MAX_SERVER_PERIOD - 2 * BACKDATE,
    });
    if (!issued.ok) throw new CommandFailed(`the bridge's certificate request is refused: ${describe(issued.failure)}`);
    const set = await session.members.issueCertificate(device.id, issued.value);
    if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
  }
  return owed.length;
}

function describe(failure: { readonly code: string; readonly names?: readonly string[] }): string {
  return failure.names === undefined ? failure.code : `${failure.code}: ${failure.names.join(', ')}`;
}
