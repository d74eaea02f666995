import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { realUptime } from '../../node/device/real-environment.ts';
import { toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { blindInput, isProven } from '../../protocol/crypto/oprf/blinded-input.ts';
import type { UnlockAnswer } from '../../protocol/unlock/messages.ts';
import { MAX_HELD_PINS } from '../../protocol/unlock/pin-keeper.ts';
import { letIn, pinWard, type Held, type PinWard } from './pins.ts';
import type { TestSession } from '../support/ward-builder.ts';

const HOUR = 60 * 60 * 1000;

function codeOf(answer: UnlockAnswer): string {
  return answer.type === 'refused' ? answer.code : answer.type;
}

/** A nurse with a key that is held. */
async function holding(): Promise<{ readonly pins: PinWard; readonly nurse: TestSession; readonly held: Held }> {
  const pins = await pinWard();
  const nurse = await pins.ward.join('anna', 'clinician');
  const held = pins.newKey();
  assert.equal(codeOf(pins.hold(nurse, held)), 'done');
  return { pins, nurse, held };
}

test('PIN-2: a tablet node holds a key that its owner signed for, and evaluates with a proof', async () => {
  const { pins, nurse, held } = await holding();
  const blinded = blindInput(utf8('271903'), pins.ward.random);
  const answer = pins.try(nurse, held, pins.page.id, blinded.blinded);
  assert.equal(answer.type, 'pin-tried');
  assert.ok(answer.type === 'pin-tried' && isProven(blinded, held.hold, answer) && answer.left === 4);
});

test('PIN-2: nobody but the page of the very tablet is answered', async () => {
  const { pins, nurse, held } = await holding();
  const { ward } = pins;
  const [strangersPage, desk, late] = [ward.newDevice('client'), await ward.addDevice('client'), ward.newDevice('client')];
  await letIn(ward, strangersPage, ward.clock.now() + 120_000);
  for (const device of [strangersPage, desk, late, await ward.addDevice('archive'), pins.tablet]) {
    assert.equal(codeOf(pins.try(nurse, held, device.id)), 'not-allowed', device.kind);
    assert.equal(codeOf(pins.hold(nurse, pins.newKey(), nurse.user.key, device.id)), 'not-allowed', device.kind);
  }
  assert.equal(codeOf(pins.try(nurse, held)), 'pin-tried');
});

test('PIN-2: a key is taken from its owner alone, where the policy lets it, for this page, and a number of them', async () => {
  const { pins, nurse, held } = await holding();
  const { ward } = pins;
  const colleague = await ward.join('bo', 'viewer');
  assert.equal(codeOf(pins.hold(nurse, pins.newKey(), colleague.user.key)), 'bad-signature');
  assert.equal(codeOf(pins.hold(nurse, pins.newKey(), nurse.user.key, pins.page.id, pins.tablet.id)), 'bad-signature', 'signed for another page');
  assert.equal(codeOf(pins.hold(nurse, { key: new Uint8Array(32), hold: held.hold })), 'malformed');
  assert.equal(codeOf(pins.try(nurse, held)), 'pin-tried', 'what was there is there');
  for (let n = 1; n < MAX_HELD_PINS; n++) assert.equal(codeOf(pins.hold(await ward.join(`nurse-${n}`, 'viewer'), pins.newKey())), 'done');
  assert.equal(codeOf(pins.hold(colleague, pins.newKey())), 'busy');
  assert.equal(codeOf(pins.hold(nurse, pins.newKey())), 'done', 'in place of the own one');
  assert.equal(pins.keeper.size, MAX_HELD_PINS);
});

test('PIN-3: five evaluations, and the key is gone with the fifth; what is no element costs none', async () => {
  const { pins, nurse, held } = await holding();
  for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) assert.equal(codeOf(pins.try(nurse, held, pins.page.id, bad)), 'malformed');
  for (const left of [4, 3, 2, 1, 0]) {
    const answer = pins.try(nurse, held);
    assert.ok(answer.type === 'pin-tried' && answer.left === left, String(left));
  }
  assert.equal(codeOf(pins.try(nurse, held)), 'no-pin');
  assert.equal(pins.keeper.size, 0);
  assert.equal(codeOf(pins.hold(nurse, pins.newKey())), 'done', 'a fresh one is taken');
});

test('PIN-3: the count starts again by the owner\'s signature, once for each, and not by handing the same key over', async () => {
  const { pins, nurse, held } = await holding();
  const colleague = await pins.ward.join('bo', 'viewer');
  for (let n = 0; n < 4; n++) pins.try(nurse, held);
  pins.hold(nurse, held);
  assert.ok(leftOf(pins.state(nurse, held)) === 1);
  assert.equal(codeOf(pins.change(nurse, held, 1, 'start-again', colleague.user.key)), 'bad-signature');
  assert.equal(codeOf(pins.change(nurse, held, 1, 'start-again')), 'done');
  assert.ok(leftOf(pins.state(nurse, held)) === 5);
  pins.try(nurse, held);
  assert.equal(codeOf(pins.change(nurse, held, 1, 'start-again')), 'bad-signature', 'the same signature once more');
  assert.ok(leftOf(pins.state(nurse, held)) === 4);
  assert.equal(codeOf(pins.change(nurse, held, 2, 'drop', colleague.user.key)), 'bad-signature');
  assert.equal(codeOf(pins.change(nurse, held, 2, 'drop')), 'done');
  assert.equal(codeOf(pins.state(nurse, held)), 'no-pin');
});

test('PIN-4: a key lasts as long as the policy says, by the clock that says less: one that was set back, and one that stood still', async () => {
  const twelve = 12 * HOUR;
  const ways: Readonly<Record<string, (pins: PinWard) => void>> = {
    'both clocks': (pins) => pins.pass(twelve),
    'the clock on the wall was set back before': (pins) => {
      pins.ward.clock.advance(-100 * HOUR);
      pins.uptime.advance(twelve);
    },
    'suspended, with a clock that stands still then': (pins) => pins.ward.clock.advance(twelve),
    'another start of the machine': (pins) => pins.uptime.advance(-1),
  };
  for (const [name, pass] of Object.entries(ways)) {
    const { pins, nurse, held } = await holding();
    pins.pass(twelve - 1 - 2);
    assert.equal(codeOf(pins.state(nurse, held)), 'pin-held', `${name}: not yet`);
    const fresh = pins.newKey();
    pins.hold(nurse, fresh);
    pass(pins);
    assert.equal(codeOf(pins.try(nurse, fresh)), 'no-pin', name);
  }
});

test('PIN-4: a key whose time is over goes without anybody asking, as soon as the machine runs again', async () => {
  const { pins } = await holding();
  pins.look();
  assert.equal(pins.keeper.size, 1);
  pins.uptime.advance(12 * HOUR);
  pins.look();
  assert.equal(pins.keeper.size, 0);
  assert.equal(pins.due.length, 0, 'nothing is waited for any more');
});

test('PIN-4: a key goes as soon as the log says that user, keys, password, page, tablet or policy are not what they were', async () => {
  const { ward: { random } } = await pinWard();
  const ends: Readonly<Record<string, (pins: PinWard, nurse: TestSession) => Promise<unknown>>> = {
    'the user is removed': ({ ward }, { user }) => ward.put(ward.founder.operation({ type: 'remove-user', user: user.id, cut: [] })),
    'the user has new keys': ({ ward }, { user }) => ward.put(ward.renewal(user).item),
    'another password': ({ ward }, nurse) => ward.put(nurse.operation({ type: 'set-bundle', user: nurse.user.id, bundle: random.randomBytes(8) })),
    'another password, by nodes': ({ ward, tablet }, nurse) => ward.put(nurse.operation({
      type: 'set-unlock', user: nurse.user.id, bundle: random.randomBytes(8), dealing: { threshold: 1, nodes: [tablet.id], commitments: [random.randomBytes(32)] }, why: 'password-set',
    })),
    'the page is lost': ({ ward, page }) => ward.put(ward.founder.operation({ type: 'remove-device', device: page.id, cut: [] })),
    'the tablet is lost': ({ ward, tablet }) => ward.put(ward.founder.operation({ type: 'remove-device', device: tablet.id, cut: [] })),
    'no more PINs': (pins) => pins.setGrace(0),
  };
  for (const [name, end] of Object.entries(ends)) {
    const { pins, nurse } = await holding();
    await end(pins, nurse);
    assert.equal(pins.keeper.size, 0, name);
  }
  const { pins, nurse } = await holding();
  await pins.ward.put(nurse.operation({
    type: 'set-unlock', user: nurse.user.id, bundle: random.randomBytes(8), dealing: { threshold: 1, nodes: [pins.tablet.id], commitments: [random.randomBytes(32)] }, why: 'nodes-changed',
  }));
  assert.equal(pins.keeper.size, 1, 'other nodes are no other password');
});

test('PIN-1: no PIN without a policy; a policy that became shorter counts for what is held, one that became longer does not', async () => {
  const { pins, nurse, held } = await holding();
  await pins.setGrace(24);
  pins.pass(11 * HOUR);
  assert.equal(codeOf(pins.state(nurse, held)), 'pin-held');
  pins.pass(HOUR);
  assert.equal(codeOf(pins.state(nurse, held)), 'no-pin', 'twelve hours, as when it was handed over');
  await pins.setGrace(12);
  assert.equal(codeOf(pins.hold(nurse, held)), 'done');
  pins.pass(11 * HOUR);
  await pins.setGrace(11);
  assert.equal(pins.keeper.size, 0);
  await pins.setGrace(24);
  assert.equal(codeOf(pins.hold(nurse, held)), 'done');
  pins.pass(23 * HOUR);
  assert.equal(codeOf(pins.state(nurse, held)), 'pin-held');
  await pins.setGrace(0);
  assert.equal(codeOf(pins.hold(nurse, pins.newKey())), 'not-allowed');
});

test('PIN-2: when the node stops every key is gone, and no line of the log shows one', async () => {
  const { pins, nurse, held } = await holding();
  pins.try(nurse, held);
  pins.keeper.stop();
  assert.equal(pins.keeper.size, 0);
  assert.equal(codeOf(pins.try(nurse, held)), 'no-pin');
  const said = JSON.stringify(pins.ward.log.events);
  assert.match(said, /pin-key-destroyed/);
  assert.ok(!said.includes(toHex(held.key)));
});

test('PIN-4: the machine\'s own clock counts from its start, whatever becomes of the time of day', async (t) => {
  const text = await readFile('/proc/uptime', 'utf8').catch(() => undefined);
  if (text === undefined) return t.skip('no /proc/uptime on this machine');
  assert.ok(Math.abs(realUptime.now() / 1000 - Number(text.split(' ')[0])) < 5);
});

function leftOf(answer: UnlockAnswer): number {
  return answer.type === 'pin-held' ? answer.left : -1;
}
