import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { deviceId, documentId, inviteId, itemId, sessionId, userId, type WardId } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { concatBytes, equalBytes } from '../../protocol/codec/bytes.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { signFor, verifyFor } from '../../protocol/crypto/signing/signature.ts';
import { decodeItem, encodeFields, encodeItem, isSigned, signItem } from '../../protocol/items/item.ts';
import { certifySession, isCertified } from '../../protocol/membership/certificate.ts';
import { isJoinProven, proveJoin } from '../../protocol/membership/join-proof.ts';
import { isInvitationProven, proveInvitation } from '../../protocol/network/join-messages.ts';
import { isSignedBy } from '../../protocol/sync/heartbeat-memory.ts';
import { heartbeatContent } from '../../protocol/sync/messages.ts';
import { glassAskContent, pinChangeContent, pinHoldContent, resetContent } from '../../protocol/unlock/messages.ts';
import { REAL_BODIES } from './bodies.ts';
import { CONTENTS, KEY, OTHER_KEY, OTHER_WARD, PLACE, WARD } from './samples.ts';

test('ITEM-1: there is a real body of every kind', () => {
  assert.deepEqual(new Set(REAL_BODIES.map(({ content }) => content.type)), new Set(Object.keys(CONTENTS)));
});

for (const { name, body, content, again } of REAL_BODIES) {
  test(`ATTACK 5, ENC-1: ${content.type} (${name}) comes back from its bytes, and every single bit of its body counts`, () => {
    assert.deepEqual(again(body), body);
    const item = signItem(KEY, WARD, encodeFields(PLACE, content), body);
    const { fields, signature } = encodeItem(item);
    assert.ok(isSigned(decodeItem({ fields, body, signature }), WARD));
    const altered = body.slice();
    for (let bit = 0; bit < body.length * 8; bit++) {
      flip(altered, bit);
      assert.equal(isSigned(decodeItem({ fields, body: altered, signature }), WARD), false, `bit ${bit}`);
      // Below the signature: no two spellings of one value, and nothing sealed that opens as something else.
      const spelled = respelled(again, altered);
      if (spelled !== 'refused') assert.ok(equalBytes(spelled, altered), `bit ${bit}: a second spelling`);
      flip(altered, bit);
    }
    for (const length of [0, 1, body.length - 1]) if (length < body.length) assert.equal(respelled(again, body.subarray(0, length)), 'refused', `cut to ${length}`);
    assert.equal(respelled(again, concatBytes(body, new Uint8Array(1))), 'refused', 'a byte more');
  });
}

const user = userId.from(new Uint8Array(16).fill(1));
const device = deviceId.from(KEY.publicKey);
const other = deviceId.from(OTHER_KEY.publicKey);
const invite = inviteId.from(KEY.publicKey);
const held = new Uint8Array(32).fill(3);
const root = new Uint8Array(32).fill(4);
const claims = { user, session: sessionId.from(OTHER_KEY.publicKey), created: 77 };
const certified = certifySession({ user: KEY, device: OTHER_KEY }, WARD, claims);
const certificateOf = (parts: readonly Uint8Array[]) => ({ user: userId.from(at(parts, 0)), session: sessionId.from(at(parts, 1)), device: deviceId.from(at(parts, 2)), created: time(at(parts, 3)) });

/** What is signed and is no item, by its label: its content and its signature, and who checks it. */
interface Statement {
  readonly signature: Uint8Array;
  /** What is signed, in pieces of which each is altered by itself. */
  readonly parts: readonly Uint8Array[];
  readonly holds: (parts: readonly Uint8Array[], signature: Uint8Array, ward: WardId) => boolean;
}

const time = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const four = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
};
const at = (parts: readonly Uint8Array[], index: number): Uint8Array => parts[index] ?? assert.fail();

const STATEMENTS: Readonly<Record<string, Statement>> = {
  certificate: {
    signature: certified.signature,
    parts: [user, claims.session, other, four(77)],
    holds: (parts, signature, ward) => isCertified(KEY.publicKey, ward, { ...certified, ...certificateOf(parts), signature }),
  },
  certificateDevice: {
    signature: certified.deviceSignature,
    parts: [user, claims.session, other, four(77)],
    holds: (parts, deviceSignature, ward) => isCertified(KEY.publicKey, ward, { ...certified, ...certificateOf(parts), deviceSignature }),
  },
  join: {
    signature: proveJoin(KEY, WARD, invite),
    parts: [invite],
    holds: (parts, signature, ward) => isJoinProven(device, ward, inviteId.from(at(parts, 0)), signature),
  },
  joinAsk: {
    signature: proveInvitation(KEY, WARD, device, other),
    parts: [device, other],
    holds: (parts, signature, ward) => isInvitationProven(KEY.publicKey, ward, at(parts, 0), at(parts, 1), signature),
  },
  heartbeat: {
    signature: signFor(KEY, LABEL.heartbeat, WARD, heartbeatContent({ count: 5, root, time: 9 })),
    parts: [four(5), root, four(9)],
    holds: (parts, signature, ward) => isSignedBy(KEY.publicKey, ward, { count: time(at(parts, 0)), root: at(parts, 1), time: time(at(parts, 2)), signature }),
  },
  unlockReset: {
    signature: signFor(KEY, LABEL.unlockReset, WARD, resetContent(user, held, device, 3)),
    parts: [user, held, device, four(3)],
    holds: (parts, signature, ward) => verifyFor(KEY.publicKey, LABEL.unlockReset, ward, resetContent(userId.from(at(parts, 0)), at(parts, 1), deviceId.from(at(parts, 2)), time(at(parts, 3))), signature),
  },
  glassAsk: {
    signature: signFor(KEY, LABEL.glassAsk, WARD, glassAskContent({ use: itemId.from(held), document: documentId.from(user), dealing: user, point: root }, device)),
    parts: [held, user, user, root, device],
    holds: (parts, signature, ward) => verifyFor(KEY.publicKey, LABEL.glassAsk, ward, glassAskContent({ use: itemId.from(at(parts, 0)), document: documentId.from(at(parts, 1)), dealing: at(parts, 2), point: at(parts, 3) }, deviceId.from(at(parts, 4))), signature),
  },
  pinHold: {
    signature: signFor(KEY, LABEL.pinHold, WARD, pinHoldContent(user, device, other, held)),
    parts: [user, device, other, held],
    holds: (parts, signature, ward) => verifyFor(KEY.publicKey, LABEL.pinHold, ward, pinHoldContent(userId.from(at(parts, 0)), deviceId.from(at(parts, 1)), deviceId.from(at(parts, 2)), at(parts, 3)), signature),
  },
  pinChange: {
    signature: signFor(KEY, LABEL.pinChange, WARD, pinChangeContent(user, device, held, 2, 'drop')),
    parts: [user, device, held, four(2)],
    holds: (parts, signature, ward) => verifyFor(KEY.publicKey, LABEL.pinChange, ward, pinChangeContent(userId.from(at(parts, 0)), deviceId.from(at(parts, 1)), at(parts, 2), time(at(parts, 3)), 'drop'), signature),
  },
};

for (const [label, { parts, signature, holds }] of Object.entries(STATEMENTS)) {
  test(`ATTACK 5, SUITE-2: every single bit of what is signed as ${label} counts, and of the signature, and the ward`, () => {
    assert.ok(holds(parts, signature, WARD));
    assert.equal(holds(parts, signature, OTHER_WARD), false);
    const pieces = [...parts, signature].map((piece) => piece.slice());
    for (const [index, piece] of pieces.entries()) {
      for (let bit = 0; bit < piece.length * 8; bit++) {
        flip(piece, bit);
        assert.equal(holds(pieces.slice(0, -1), pieces.at(-1) ?? signature, WARD), false, `bit ${bit} of piece ${index}`);
        flip(piece, bit);
      }
    }
    assert.ok(holds(pieces.slice(0, -1), pieces.at(-1) ?? signature, WARD));
  });
}

test('ATTACK 5: whatever the core checks a signature of is an item, or among the statements above', async () => {
  const core = new URL('../../protocol/', import.meta.url);
  const files = (await readdir(core, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, core), 'utf8')));
  const checked = texts.flatMap((text) => [...text.matchAll(/verifyFor\([^;]*?LABEL\.(\w+)/g)].map(([, label = '']) => label));
  assert.deepEqual(new Set(checked), new Set(Object.keys(STATEMENTS)));
});

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}

function respelled(again: (body: Uint8Array) => Uint8Array | undefined, body: Uint8Array): Uint8Array | 'refused' {
  try {
    return again(body) ?? 'refused';
  } catch (error) {
    assert.ok(error instanceof MalformedError, String(error));
    return 'refused';
  }
}
