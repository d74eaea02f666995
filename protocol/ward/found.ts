/** Founding a ward: the genesis that gives it its id, its first admin, and the first keys of its two built-in teams. */
import type { Environment } from '../codec/environment.ts';
import { LOG_DOCUMENT, sessionId, userId, deviceId, type WardId } from '../codec/ids.ts';
import { signingKeyFromSeed, type DeviceKey } from '../crypto/signing/signature.ts';
import { encodeFields, encodeItem, NO_WARD, signItem } from '../items/item.ts';
import { sealBundle } from '../keys/bundle.ts';
import { newTeamId, type TeamKey } from '../keys/grant.ts';
import { identityFromSeeds, newIdentitySeeds } from '../keys/identity.ts';
import { sealName } from '../keys/sealed-name.ts';
import { certifySession } from '../membership/certificate.ts';
import { wardIdOf } from '../membership/genesis.ts';
import { encodeOperation } from '../membership/operation.ts';
import type { DeviceKind } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { startSession } from './session-signer.ts';
import { grantTeamKey } from './team-keys.ts';

export interface Founding {
  readonly wardName: string;
  readonly founder: { readonly handle: string; readonly name: string; readonly password: string };
  readonly device: { readonly key: DeviceKey; readonly kind: DeviceKind; readonly name: string };
  readonly environment: Environment;
  /** Opens the replica that will hold the ward, now that its id is known. */
  readonly openReplica: (ward: WardId) => Promise<Replica>;
}

/** Resolves when the ward, its first admin's sealed bundle and the first team keys are durable in the replica. */
export async function foundWard({ wardName, founder, device, environment, openReplica }: Founding): Promise<Replica> {
  const { entropy, clock } = environment;
  const seeds = newIdentitySeeds(entropy);
  const user = userId.from(entropy.randomBytes(16));
  const identity = identityFromSeeds(user, seeds);
  const everyone: TeamKey = { team: newTeamId(entropy), epoch: 1, key: entropy.randomBytes(32) };
  const admins: TeamKey = { team: newTeamId(entropy), epoch: 1, key: entropy.randomBytes(32) };
  const named = (name: string): Uint8Array => sealName(everyone.key, everyone.team, name, entropy);

  const key = signingKeyFromSeed(entropy.randomBytes(32));
  const session = sessionId.from(key.publicKey);
  const certificate = await certifySession({ user: identity.signing, device: device.key }, NO_WARD, { user, session, created: clock.now() });
  const body = encodeOperation({
    operation: {
      type: 'genesis',
      sealedName: named(wardName),
      founder: {
        user, handle: founder.handle, role: 'admin', signingKey: identity.signing.publicKey, kemKey: identity.kem.publicKey,
        bundle: NO_BUNDLE_YET, sealedName: named(founder.name),
      },
      device: { device: deviceId.from(device.key.publicKey), kind: device.kind, sealedName: named(device.name) },
      everyone: everyone.team,
      admins: admins.team,
      nonce: entropy.randomBytes(16),
    },
    certificate,
  });
  const fields = encodeFields({ document: LOG_DOCUMENT, author: session, seq: 1, prev: new Uint8Array(0), heads: [], time: clock.now() }, { type: 'operation' });
  const genesis = signItem(key, NO_WARD, fields, body);
  key.seed.fill(0);

  const ward = wardIdOf(genesis.id);
  const replica = await openReplica(ward);
  const verdict = await replica.offer({ document: LOG_DOCUMENT, author: session, items: [encodeItem(genesis)] });
  if (verdict.outcome !== 'stored') throw new Error(`the ward's own genesis was not admitted: ${JSON.stringify(verdict)}`);

  const signer = await startSession({ replica, identity, deviceKey: device.key, clock, entropy });
  const bundle = await sealBundle(seeds, founder.password, ward, user, entropy);
  await signer.operate({ type: 'set-bundle', user, bundle });
  const recipients = [{ user, kemKey: identity.kem.publicKey }];
  await grantTeamKey(replica.ward, signer, everyone, recipients, [], entropy);
  await grantTeamKey(replica.ward, signer, admins, recipients, [], entropy);
  signer.wipe();
  return replica;
}

/** A bundle binds the ward's id, which does not exist before the genesis; the real one follows in the next operation. */
const NO_BUNDLE_YET = Uint8Array.of(0);
