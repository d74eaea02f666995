import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../protocol/codec/cbor.ts';
import { documentId, teamId, userId, wardId } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { openAuthorityKey, sealAuthorityKey } from '../../protocol/keys/admin-seal.ts';
import {
  decodeGrant, documentGrantBody, MAX_WRAPS, openDocumentGrant, openEarlierKeys, openTeamWrap, teamGrantBody,
  type DocumentSecrets, type TeamKey,
} from '../../protocol/keys/grant.ts';
import { identityFromSeeds, type Identity } from '../../protocol/keys/identity.ts';
import { openName, sealName } from '../../protocol/keys/sealed-name.ts';
import { seededRandom } from '../support/seeded.ts';

const random = seededRandom('grants');
const entropy = { randomBytes: (length: number) => random.randomBytes(length) };
const ward = wardId.from(random.randomBytes(32));
const otherWard = wardId.from(random.randomBytes(32));
const team = teamId.from(random.randomBytes(16));
const document = documentId.from(random.randomBytes(16));
const fields = encode([1, 'fields of the grant item']);

const newIdentity = (): Identity => identityFromSeeds(userId.from(random.randomBytes(16)), { signing: random.randomBytes(32), kem: random.randomBytes(32) });
const newTeamKey = (epoch: number): TeamKey => ({ team, epoch, key: random.randomBytes(32) });
const recipient = ({ user, kem }: Identity) => ({ user, kemKey: kem.publicKey });

test('KEYS-2: a team key opens for each recipient, and for nobody in another ward, team, epoch, item or with another key', async () => {
  const [anna, ben, eve] = [newIdentity(), newIdentity(), newIdentity()];
  const granted = newTeamKey(3);
  const grant = decodeGrant(await teamGrantBody(ward, granted, fields, [recipient(anna), recipient(ben)], [], entropy));
  for (const { user, kem } of [anna, ben]) assert.deepEqual(await openTeamWrap(ward, granted, fields, grant, user, kem), granted.key);
  const refused = {
    'another ward': openTeamWrap(otherWard, granted, fields, grant, anna.user, anna.kem),
    'another team': openTeamWrap(ward, { ...granted, team: teamId.from(random.randomBytes(16)) }, fields, grant, anna.user, anna.kem),
    'another epoch': openTeamWrap(ward, { ...granted, epoch: 4 }, fields, grant, anna.user, anna.kem),
    'another item': openTeamWrap(ward, granted, encode([2]), grant, anna.user, anna.kem),
    'a colleague’s wrap': openTeamWrap(ward, granted, fields, grant, anna.user, ben.kem),
    'who got none': openTeamWrap(ward, granted, fields, grant, eve.user, eve.kem),
  };
  for (const [name, opened] of Object.entries(refused)) assert.equal(await opened, null, name);
});

test('KEYS-2: one grant has at most 800 members', () => {
  const wrap = [random.randomBytes(16), random.randomBytes(1200)];
  const grantOf = (members: number): Uint8Array => encode([1, [Array.from({ length: members }, () => wrap), []]]);
  const grant = decodeGrant(grantOf(MAX_WRAPS));
  assert.ok(grant.type === 'team-epoch' && grant.wraps.length === 800);
  assert.throws(() => decodeGrant(grantOf(MAX_WRAPS + 1)), MalformedError);
});

test('KEYS-4: earlier epochs open under the newer key, never the reverse, and never claim to be later', async () => {
  const [first, second, third] = [newTeamKey(1), newTeamKey(2), newTeamKey(3)];
  const grant = decodeGrant(await teamGrantBody(ward, second, fields, [], [first], entropy));
  assert.deepEqual(openEarlierKeys(ward, second, grant), [first]);
  assert.deepEqual(openEarlierKeys(ward, first, grant), [], 'the old key opens nothing of the new epoch');
  const backwards = decodeGrant(await teamGrantBody(ward, second, fields, [], [third], entropy));
  assert.deepEqual(openEarlierKeys(ward, second, backwards), [], 'a later key under an earlier one is nobody’s');
});

test('KEYS-3: document secrets open under the team key, for this document and this item alone', () => {
  const teamKey = newTeamKey(1);
  const secrets: DocumentSecrets = { epoch: 2, key: random.randomBytes(32), historyKey: random.randomBytes(32) };
  const body = documentGrantBody(ward, document, secrets, new Uint8Array(0), fields, teamKey, entropy);
  const grant = decodeGrant(body);
  assert.deepEqual(openDocumentGrant(ward, document, fields, grant, [random.randomBytes(32), teamKey.key]), secrets);
  assert.equal(openDocumentGrant(otherWard, document, fields, grant, [teamKey.key]), null);
  assert.equal(openDocumentGrant(ward, documentId.from(random.randomBytes(16)), fields, grant, [teamKey.key]), null);
  assert.equal(openDocumentGrant(ward, document, encode([2]), grant, [teamKey.key]), null);
  assert.equal(openDocumentGrant(ward, document, fields, grant, [random.randomBytes(32)]), null);
  for (let bit = 0; bit < body.length * 8; bit++) {
    const flipped = body.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    let opened: DocumentSecrets | null = null;
    try {
      opened = openDocumentGrant(ward, document, fields, decodeGrant(flipped), [teamKey.key]);
    } catch {
      continue;
    }
    // Epoch and nonce of the body are covered by the item's signature alone; the secrets are what they were, or nothing.
    if (opened !== null) assert.deepEqual([opened.key, opened.historyKey], [secrets.key, secrets.historyKey]);
  }
});

test('KEYS-8: the authority’s private key opens for the admins of this ward alone', () => {
  const [admins, other] = [random.randomBytes(32), random.randomBytes(32)];
  const secret = random.randomBytes(138);
  const sealed = sealAuthorityKey(admins, ward, team, secret, entropy);
  assert.deepEqual(openAuthorityKey([other, admins], ward, team, sealed), secret);
  assert.equal(openAuthorityKey([other], ward, team, sealed), null);
  assert.equal(openAuthorityKey([admins], otherWard, team, sealed), null);
  assert.equal(openAuthorityKey([admins], ward, teamId.from(random.randomBytes(16)), sealed), null);
});

test('LOG-6: a name opens under its team’s key alone, says nothing of its length beyond its bucket, and has a bound', () => {
  const [everyone, other] = [random.randomBytes(32), random.randomBytes(32)];
  const sealed = sealName(everyone, team, 'Zoë Ångström', entropy);
  assert.equal(openName([other, everyone], team, sealed), 'Zoë Ångström');
  assert.equal(openName([other], team, sealed), null);
  assert.equal(openName([everyone], teamId.from(random.randomBytes(16)), sealed), null);
  assert.equal(Buffer.from(sealed).includes('Zo'), false);
  assert.equal(sealName(everyone, team, 'Al', entropy).length, sealed.length);
  assert.ok(sealName(everyone, team, '漢'.repeat(120), entropy).length <= 512);
  assert.throws(() => sealName(everyone, team, '', entropy), RangeError);
  assert.throws(() => sealName(everyone, team, 'x'.repeat(121), entropy), RangeError);
});
