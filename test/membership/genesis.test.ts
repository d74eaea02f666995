import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, itemId, LOG_DOCUMENT, sessionId, SESSIONS_DOCUMENT, teamId, userId, wardId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeFields, NO_WARD, signItem, type Item, type ItemPlace } from '../../protocol/items/item.ts';
import { certifySession, type Certificate } from '../../protocol/membership/certificate.ts';
import { isGenesisOf, wardIdOf } from '../../protocol/membership/genesis.ts';
import { encodeOperation, type Operation, type OperationBody } from '../../protocol/membership/operation.ts';
import { primitives } from '#signing-primitives';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('genesis');
const newKey = (): SigningKey => signingKeyFromSeed(random.randomBytes(32));
const [userKey, deviceKey, sessionKey, otherKey] = [newKey(), newKey(), newKey(), newKey()] as const;
const USER = userId.from(random.randomBytes(16));
const DEVICE = deviceId.from(deviceKey.publicKey);
const SESSION = sessionId.from(sessionKey.publicKey);
const TIME = 1_700_000_000_000;
const certificate = certifySession({ user: userKey, device: deviceKey }, NO_WARD, { user: USER, session: SESSION, created: TIME });
const genesis = {
  type: 'genesis', sealedName: random.randomBytes(40),
  founder: { user: USER, handle: 'chief-1', role: 'admin', signingKey: userKey.publicKey, kemKey: random.randomBytes(1216), bundle: random.randomBytes(100), sealedName: random.randomBytes(40) },
  device: { device: DEVICE, kind: 'tablet', sealedName: random.randomBytes(40) },
  everyone: teamId.from(random.randomBytes(16)), admins: teamId.from(random.randomBytes(16)), nonce: random.randomBytes(16),
} as const satisfies Operation;

interface Founding {
  readonly operation?: Operation;
  readonly certificate?: Certificate | undefined;
  readonly place?: Partial<ItemPlace>;
  readonly key?: SigningKey;
}

/** A first item, signed and consistent with itself, of what is given. */
function founding(given: Founding = {}): { readonly item: Item; readonly body: OperationBody } {
  const body = { operation: given.operation ?? genesis, certificate: 'certificate' in given ? given.certificate : certificate };
  const fields = encodeFields({ document: LOG_DOCUMENT, author: SESSION, seq: 1, prev: new Uint8Array(0), heads: [], time: TIME, ...given.place }, { type: 'operation' });
  return { item: signItem(given.key ?? sessionKey, NO_WARD, fields, encodeOperation(body)), body };
}

/** Of the ward whose id its own hash gives. */
function stands(given?: Founding): boolean {
  const { item, body } = founding(given);
  return isGenesisOf(wardIdOf(item.id), item, body);
}

test('LOG-1: a genesis vouches for itself: founder, device, session, signatures; each of them counts', () => {
  assert.ok(stands());
  const { item, body } = founding();
  assert.equal(isGenesisOf(wardId.from(random.randomBytes(32)), item, body), false, 'of another ward');
  const wrong: Readonly<Record<string, Founding>> = {
    'another operation': { operation: { type: 'remove-user', user: USER, cut: [] } },
    'no certificate': { certificate: undefined },
    'in another document': { place: { document: SESSIONS_DOCUMENT } },
    'a second item': { place: { seq: 2, prev: itemId.from(random.randomBytes(32)) } },
    'after something': { place: { heads: [itemId.from(random.randomBytes(32))] } },
    'a founder who is no admin': { operation: { ...genesis, founder: { ...genesis.founder, role: 'clinician' } } },
    'one team for both': { operation: { ...genesis, admins: genesis.everyone } },
    "another user's certificate": { certificate: certifySession({ user: userKey, device: deviceKey }, NO_WARD, { user: userId.from(random.randomBytes(16)), session: SESSION, created: TIME }) },
    'on another device': { certificate: certifySession({ user: userKey, device: otherKey }, NO_WARD, { user: USER, session: SESSION, created: TIME }) },
    'of another session': { certificate: certifySession({ user: userKey, device: deviceKey }, NO_WARD, { user: USER, session: sessionId.from(otherKey.publicKey), created: TIME }) },
    'certified by another key': { certificate: certifySession({ user: otherKey, device: deviceKey }, NO_WARD, { user: USER, session: SESSION, created: TIME }) },
    'certified for a ward': { certificate: certifySession({ user: userKey, device: deviceKey }, wardId.from(random.randomBytes(32)), { user: USER, session: SESSION, created: TIME }) },
    'signed by another key': { key: otherKey },
  };
  for (const [what, given] of Object.entries(wrong)) assert.equal(stands(given), false, what);
});

test('LOG-3: a device key that signs in its own time certifies the same', async () => {
  const slow = { publicKey: deviceKey.publicKey, sign: (message: Uint8Array) => Promise.resolve(primitives.ed25519Sign(deviceKey.seed, message)) };
  const claims = { user: USER, session: SESSION, created: TIME };
  assert.deepEqual(await certifySession({ user: userKey, device: slow }, NO_WARD, claims), certificate);
});
