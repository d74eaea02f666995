/**
 * What is really in items: a body for every kind, of every variant, as the code that writes it makes it. Whoever adds a
 * kind, an operation, a grant or a custody note and forgets it here gets an error of types.
 */
import { decode, encode } from '../../protocol/codec/cbor.ts';
import { authorId, deviceId, documentId, inviteId, itemId, sessionId, teamId, userId } from '../../protocol/codec/ids.ts';
import { fromBytes, list, toBytes, variableBytes } from '../../protocol/codec/shape.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { openCommitted, sealCommitted } from '../../protocol/crypto/sealing/committed.ts';
import { kemKeyPairFromSeed } from '../../protocol/crypto/sealing/hpke.ts';
import { publicElement, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { decodeAudit, encodeAudit } from '../../protocol/items/audit.ts';
import { decodeCustody, encodeCustody, type Custody } from '../../protocol/items/custody.ts';
import { encodeFields, MAX_BODY_LENGTH, type ItemContent } from '../../protocol/items/item.ts';
import { decodeReceipt, encodeReceipt } from '../../protocol/items/receipt.ts';
import { sealGlassBody } from '../../protocol/keys/glass.ts';
import { decodeGrant, documentGrantBody, glassGrantBody, teamGrantBody, type GrantBody } from '../../protocol/keys/grant.ts';
import { certifySession } from '../../protocol/membership/certificate.ts';
import { proveJoin } from '../../protocol/membership/join-proof.ts';
import { decodeOperation, encodeOperation, type Action, type Operation, type OperationType } from '../../protocol/membership/operation.ts';
import { decodeSessionEnd, decodeSessionStart, encodeSessionEnd, encodeSessionStart } from '../../protocol/membership/session-record.ts';
import { seededRandom } from '../support/seeded.ts';
import { CONTENTS, KEY, PLACE, WARD } from './samples.ts';

export interface RealBody {
  readonly name: string;
  readonly body: Uint8Array;
  readonly content: ItemContent;
  /** Decodes, and gives what the value would be written as: `body` again. Undefined for what does not open. Throws `MalformedError`. */
  readonly again: (body: Uint8Array) => Uint8Array | undefined;
}

const random = seededRandom('bodies');
const USER = userId.from(random.randomBytes(16));
const DEVICE_KEY = signingKeyFromSeed(random.randomBytes(32));
const DEVICE = deviceId.from(DEVICE_KEY.publicKey);
const INVITE = inviteId.from(random.randomBytes(32));
const TEAM = teamId.from(random.randomBytes(16));
const DOCUMENT = documentId.from(random.randomBytes(16));
const ITEM = itemId.from(random.randomBytes(32));
const POSITION = { document: DOCUMENT, author: authorId.from(random.randomBytes(32)), seq: 70_000, id: ITEM };
const CERTIFICATE = certifySession({ user: KEY, device: DEVICE_KEY }, WARD, { user: USER, session: sessionId.from(random.randomBytes(32)), created: 1_700_000_000_000 });
const sealedName = random.randomBytes(40);
const bundle = random.randomBytes(120);
const kemKey = kemKeyPairFromSeed(random.randomBytes(32)).publicKey;
const signingKey = signingKeyFromSeed(random.randomBytes(32)).publicKey;
const FOUNDER = { user: USER, handle: 'anna-7', role: 'admin', signingKey, kemKey, bundle, sealedName } as const;

const ACTIONS: { readonly [Type in Action['type']]: Extract<Action, { readonly type: Type }> } = {
  'set-role': { type: 'set-role', user: USER, role: 'clinician' },
  'remove-user': { type: 'remove-user', user: USER },
  'set-quorum': { type: 'set-quorum', threshold: 2, holders: [USER, userId.from(random.randomBytes(16))] },
};

type SettledType = Extract<Operation, { readonly type: 'settle' }>['of']['type'];
const SETTLED: { readonly [Type in SettledType]: Extract<Operation, { readonly type: 'settle' }> } = {
  items: { type: 'settle', verdict: 'accept', of: { type: 'items', ...POSITION } },
  operation: { type: 'settle', verdict: 'decline', of: { type: 'operation', operation: ITEM } },
};

const OPERATIONS: { readonly [Type in OperationType]: readonly [Extract<Operation, { readonly type: Type }>, ...Extract<Operation, { readonly type: Type }>[]] } = {
  genesis: [{ type: 'genesis', sealedName, founder: FOUNDER, device: { device: DEVICE, kind: 'tablet', sealedName }, everyone: TEAM, admins: teamId.from(random.randomBytes(16)), nonce: random.randomBytes(16) }],
  'add-user': [{ type: 'add-user', ...FOUNDER }],
  'set-role': [{ type: 'set-role', user: USER, role: 'privacy' }],
  'remove-user': [{ type: 'remove-user', user: USER, cut: [POSITION] }],
  'set-bundle': [{ type: 'set-bundle', user: USER, bundle }],
  'add-device': [{ type: 'add-device', device: DEVICE, kind: 'archive', sealedName }],
  'remove-device': [{ type: 'remove-device', device: DEVICE, cut: [POSITION] }],
  invite: [{ type: 'invite', invite: INVITE, kind: 'client', expires: 1_700_000_000_000, sealedName }],
  join: [{ type: 'join', device: DEVICE, certificateRequest: random.randomBytes(200), proof: proveJoin(DEVICE_KEY, WARD, INVITE) }],
  'add-team': [{ type: 'add-team', team: TEAM, sealedName }],
  'add-member': [{ type: 'add-member', team: TEAM, user: USER }],
  'remove-member': [{ type: 'remove-member', team: TEAM, user: USER }],
  'set-authority': [{ type: 'set-authority', certificate: random.randomBytes(300), sealedKey: random.randomBytes(200) }],
  'issue-certificate': [{ type: 'issue-certificate', device: DEVICE, certificate: random.randomBytes(300) }],
  'set-unlock-policy': [{ type: 'set-unlock-policy', threshold: 3, nodes: 4 }],
  'set-unlock': [{ type: 'set-unlock', user: USER, bundle, dealing: { threshold: 2, nodes: [DEVICE, deviceId.from(random.randomBytes(32))], commitments: [random.randomBytes(32), random.randomBytes(32)] }, why: 'password-set' }],
  'reset-tries': [{ type: 'reset-tries', user: USER }],
  'set-recovery': [{ type: 'set-recovery', user: USER, deal: random.randomBytes(16), threshold: 1, holders: [{ user: USER, sealed: random.randomBytes(200) }], commitments: random.randomBytes(32), sealed: random.randomBytes(100) }],
  'ask-recovery': [{ type: 'ask-recovery', user: USER, kemKey }],
  'release-share': [{ type: 'release-share', ask: ITEM, recovery: ITEM, sealed: random.randomBytes(200) }],
  'renew-user': [{ type: 'renew-user', user: USER, signingKey, kemKey, bundle, cut: [POSITION] }],
  'set-kit': [{ type: 'set-kit', user: USER, what: 'made', sealed: random.randomBytes(100) }],
  checkpoint: [{ type: 'checkpoint' }],
  settle: [SETTLED.items, SETTLED.operation],
  approve: [{ type: 'approve', proposal: ITEM, cut: [POSITION] }],
  'set-quorum': [{ ...ACTIONS['set-quorum'] }],
  propose: [{ type: 'propose', action: ACTIONS['set-role'] }, { type: 'propose', action: ACTIONS['remove-user'] }, { type: 'propose', action: ACTIONS['set-quorum'] }],
  appoint: [{ type: 'appoint', user: USER, votes: [ITEM] }],
  'set-grace': [{ type: 'set-grace', hours: 12 }],
  'set-desktop-powers': [{ type: 'set-desktop-powers', powers: 'role' }],
  erase: [{ type: 'erase', documents: [DOCUMENT], sealedReason: random.randomBytes(100) }],
  'set-glass': [{ type: 'set-glass', team: TEAM, dealing: { threshold: 2, nodes: [DEVICE, deviceId.from(random.randomBytes(32))], commitments: [random.randomBytes(32), random.randomBytes(32)] } }],
  'break-glass': [{ type: 'break-glass', documents: [DOCUMENT], sealedReason: random.randomBytes(80), until: 1_700_000_000_000 }],
  'end-glass': [{ type: 'end-glass', use: ITEM }],
  'review-glass': [{ type: 'review-glass', use: ITEM, finding: 'in-order' }],
  'confirm-erasure': [{ type: 'confirm-erasure', erasure: ITEM }],
};

const TEAM_KEY = { team: TEAM, epoch: CONTENTS.grant.epoch, key: random.randomBytes(32) };
const SECRETS = { epoch: 2, key: random.randomBytes(32), historyKey: random.randomBytes(32) };
const GRANTS: { readonly [Type in GrantBody['type']]: Uint8Array } = {
  'team-epoch': await teamGrantBody(WARD, TEAM_KEY, encodeFields(PLACE, CONTENTS.grant), [{ user: USER, kemKey }], [{ ...TEAM_KEY, epoch: 1 }], random),
  document: documentGrantBody(WARD, DOCUMENT, SECRETS, random.randomBytes(16), encodeFields(PLACE, CONTENTS.grant), TEAM_KEY, random),
  glass: glassGrantBody(sealGlassBody({
    ward: WARD, document: DOCUMENT, dealing: random.randomBytes(16), commitments: [publicElement(randomScalar(random))], teamKey: TEAM_KEY.key,
  }, [SECRETS], { patient: DOCUMENT, words: ['a-1'] }, random)),
};

const NOTES: { readonly [Type in Custody['type']]: Extract<Custody, { readonly type: Type }> } = {
  erased: { type: 'erased', erasures: [ITEM] },
  'backup-made': { type: 'backup-made', backup: random.randomBytes(16), created: 1_700_000_000_000, heads: [ITEM] },
  'backup-destroyed': { type: 'backup-destroyed', backup: random.randomBytes(16) },
};

const changes = list(variableBytes(1, MAX_BODY_LENGTH), 1024);
const CONTEXT = { label: LABEL.changesetKey, ward: WARD, subject: DOCUMENT };
const CHANGESET_FIELDS = encodeFields(PLACE, CONTENTS.changeset);

type Made = Omit<RealBody, 'content'>;

const operationAgain = (body: Uint8Array): Uint8Array => encodeOperation(decodeOperation(body));
const sessionEnd = encodeSessionEnd([POSITION]);

const BODIES: { readonly [Kind in ItemContent['type']]: readonly Made[] } = {
  operation: [
    ...Object.values(OPERATIONS).flat().map((operation: Operation) => ({ name: operation.type, body: encodeOperation({ operation, certificate: undefined }), again: operationAgain })),
    { name: 'with a certificate', body: encodeOperation({ operation: OPERATIONS['add-team'][0], certificate: CERTIFICATE }), again: operationAgain },
  ],
  session: [
    { name: 'start', body: encodeSessionStart(CERTIFICATE), again: (body) => encodeSessionStart(decodeSessionStart(body)) },
    { name: 'end', body: sessionEnd, again: (body) => encodeSessionEnd(decodeSessionEnd(body)) },
  ],
  grant: Object.entries(GRANTS).map(([name, body]) => ({ name, body, again: grantAgain })),
  changeset: [{ name: 'two changes', body: sealCommitted(SECRETS.key, CONTEXT, CHANGESET_FIELDS, toBytes(changes, [random.randomBytes(150), random.randomBytes(90)]), random), again: opened }],
  receipt: [{ name: 'a chain', body: encodeReceipt([POSITION]), again: (body) => encodeReceipt(decodeReceipt(body)) }],
  audit: [
    { name: 'with a key', body: encodeAudit({ readers: [{ user: USER, sealed: random.randomBytes(1_200) }], sealed: random.randomBytes(200) }), again: (body) => encodeAudit(decodeAudit(body)) },
    { name: 'under the key of before', body: encodeAudit({ readers: [], sealed: random.randomBytes(200) }), again: (body) => encodeAudit(decodeAudit(body)) },
  ],
  custody: Object.values(NOTES).map((note: Custody) => ({ name: note.type, body: encodeCustody(note), again: (body) => encodeCustody(decodeCustody(body)) })),
};

export const REAL_BODIES: readonly RealBody[] = Object.values(CONTENTS).flatMap((content) => BODIES[content.type].map((made) => ({ ...made, content })));

/** Each variant has a writer of its own, which seals afresh: so by the encoding below it. */
function grantAgain(body: Uint8Array): Uint8Array {
  decodeGrant(body);
  return encode(decode(body, MAX_BODY_LENGTH, 'grant'));
}

/** Sealed: what opens was sealed so, and nothing else opens. */
function opened(body: Uint8Array): Uint8Array | undefined {
  const plaintext = openCommitted(SECRETS.key, CONTEXT, CHANGESET_FIELDS, body);
  if (plaintext === null) return undefined;
  fromBytes(changes, plaintext, MAX_BODY_LENGTH, 'changes');
  return body;
}
