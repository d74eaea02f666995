import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, type DeviceId } from '../../protocol/codec/ids.ts';
import { DialPlan, MAX_DIALS, SECOND_DIALLER_DELAY, type Dial } from '../../protocol/network/dial-plan.ts';

const device = (number: number): DeviceId => deviceId.from(new Uint8Array(32).fill(number));
const entropy = { randomBytes: (length: number) => new Uint8Array(length).fill(255) };
const planFor = (self: number, listens = true): DialPlan => new DialPlan({ self: device(self), listens, entropy });
const at = (address: string): { addresses: string[]; plausible: boolean } => ({ addresses: [address], plausible: true });

test('NET-2: the smaller key dials at once, the larger after 1.5 s', () => {
  const small = planFor(1);
  small.setDevices([device(2)], 0);
  small.sight(device(2), at('/ip4/10.0.0.2/tcp/1'), 0);
  assert.equal(small.take(0).length, 1);

  const large = planFor(3);
  large.setDevices([device(2)], 0);
  large.sight(device(2), at('/ip4/10.0.0.2/tcp/1'), 100);
  assert.equal(large.take(100).length, 0);
  assert.equal(large.wait(100), SECOND_DIALLER_DELAY);
  assert.equal(large.take(100 + SECOND_DIALLER_DELAY).length, 1);
});

test('NET-2: a device that nobody can dial does not wait to be dialled', () => {
  const page = planFor(3, false);
  page.setDevices([device(2)], 0);
  page.addFixed(device(2), '/dns4/ward.local/tcp/443/tls/ws');
  assert.equal(page.take(0).length, 1);
});

test('NET-2: only devices of the ward are dialled; one that leaves it is forgotten', () => {
  const plan = planFor(1);
  plan.sight(device(9), at('/ip4/10.0.0.9/tcp/1'), 0);
  plan.setDevices([device(2), device(1)], 0);
  plan.sight(device(1), at('/ip4/10.0.0.1/tcp/1'), 0);
  plan.sight(device(2), at('/ip4/10.0.0.2/tcp/1'), 0);
  assert.deepEqual(plan.take(0).map((dial) => dial.device), [device(2)]);
  plan.setDevices([], 1);
  plan.setDevices([device(2)], 1);
  assert.deepEqual(plan.addresses(device(2)), []);
});

test('NET-2: at most eight dials at once; who has waited longest is next', () => {
  const plan = planFor(0);
  const devices = Array.from({ length: 20 }, (_, i) => device(i + 1));
  plan.setDevices(devices, 0);
  for (const each of devices) plan.addFixed(each, '/ip4/10.0.0.1/tcp/1');
  const first = plan.take(0);
  assert.equal(first.length, MAX_DIALS);
  assert.equal(plan.take(0).length, 0);
  assert.equal(plan.wait(0), undefined, 'nothing to wait for while all dials are in use');
  for (const dial of first) plan.failed(dial, 10);
  const second = plan.take(10);
  assert.deepEqual(second.map((dial) => dial.device), devices.slice(MAX_DIALS, 2 * MAX_DIALS));
});

test('NET-2: failures back off to fifteen seconds; a peer that was here lately is tried every second', () => {
  const pauses = (plan: DialPlan, from: number): number[] => {
    let now = from;
    return Array.from({ length: 10 }, () => {
      now += plan.wait(now) ?? NaN;
      const [dial] = plan.take(now);
      assert.ok(dial);
      plan.failed(dial, now);
      return plan.wait(now) ?? NaN;
    });
  };
  const never = planFor(1);
  never.setDevices([device(2)], 0);
  never.addFixed(device(2), '/ip4/10.0.0.2/tcp/1');
  assert.deepEqual(pauses(never, 0), [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000, 15000]);

  const missed = planFor(1);
  missed.setDevices([device(2)], 0);
  missed.addFixed(device(2), '/ip4/10.0.0.2/tcp/1');
  missed.connected(device(2), undefined, 0);
  missed.disconnected(device(2), 5);
  assert.ok(Math.max(...pauses(missed, 5)) <= 1000);
});

test('NET-2: a sighting and a change of the own network end the back-off, at most once a second', () => {
  const plan = planFor(1);
  plan.setDevices([device(2)], 0);
  plan.addFixed(device(2), '/ip4/10.0.0.2/tcp/1');
  let now = 0;
  for (let i = 0; i < 8; i++) {
    const [dial] = plan.take(now);
    assert.ok(dial);
    plan.failed(dial, now);
    now += plan.wait(now) ?? 0;
  }
  const [dial] = plan.take(now);
  assert.ok(dial);
  plan.failed(dial, now + 10);
  assert.ok((plan.wait(now + 10) ?? 0) > 10_000);
  plan.sight(device(2), at('/ip4/10.0.0.2/tcp/1'), now + 10);
  assert.equal(plan.wait(now + 10), 990);
  plan.hurry(now + 20);
  assert.equal(plan.wait(now + 20), 980);
});

test('ATTACK 31: ten thousand fake peers and false addresses of a real one leave the plan small, and the real address is dialled', () => {
  const plan = planFor(1);
  plan.setDevices([device(2)], 0);
  for (let i = 0; i < 10_000; i++) {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, i + 1);
    plan.sight(deviceId.from(bytes), at(`/ip4/10.1.${i >> 8}.${i & 255}/tcp/1`), i);
    plan.sight(device(2), { addresses: [`/ip4/10.2.${i >> 8}.${i & 255}/tcp/1`], plausible: false }, i);
  }
  const real = '/ip4/10.0.0.2/tcp/4001';
  plan.sight(device(2), at(real), 10_000);
  for (let i = 0; i < 1_000; i++) plan.sight(device(2), { addresses: [`/ip4/10.3.${i >> 8}.${i & 255}/tcp/1`], plausible: false }, 10_001);
  assert.ok(plan.addresses(device(2)).length <= 8);
  const dials = plan.take(10_001);
  assert.equal(dials.length, 1);
  assert.equal(dials[0]?.addresses[0], real);
});

test('ATTACK 31: false addresses with a forged source give way to the true one once they have failed', () => {
  const plan = planFor(1);
  plan.setDevices([device(2)], 0);
  const real = '/ip4/10.0.0.2/tcp/4001';
  for (let i = 0; i < 100; i++) plan.sight(device(2), at(`/ip4/10.8.0.${i}/tcp/1`), 0);
  let now = 0;
  let dial: Dial | undefined;
  for (let round = 0; round < 20 && dial?.addresses.includes(real) !== true; round++) {
    plan.sight(device(2), at(real), now);
    for (let i = 0; i < 7; i++) plan.sight(device(2), at(`/ip4/10.9.${round}.${i}/tcp/1`), now + 1);
    now += 1 + (plan.wait(now + 1) ?? 0);
    [dial] = plan.take(now);
    assert.ok(dial);
    if (!dial.addresses.includes(real)) plan.failed(dial, now);
  }
  assert.ok(dial?.addresses.includes(real), 'the real address was tried');
});

test('NET-2: what a handshake proved is tried first', () => {
  const plan = planFor(1);
  plan.setDevices([device(2)], 0);
  for (let i = 0; i < 8; i++) plan.sight(device(2), at(`/ip4/10.0.0.${i}/tcp/1`), i);
  plan.connected(device(2), '/ip4/10.0.0.3/tcp/1', 10);
  plan.disconnected(device(2), 20);
  const [dial] = plan.take(1_000);
  assert.equal(dial?.addresses[0], '/ip4/10.0.0.3/tcp/1');
});

test('NET-2: a clock that is set back does not stop the dialling', () => {
  const plan = planFor(1);
  plan.setDevices([device(2)], 1_000_000_000);
  plan.addFixed(device(2), '/ip4/10.0.0.2/tcp/1');
  const [dial] = plan.take(1_000_000_000);
  assert.ok(dial);
  plan.failed(dial, 1_000_000_000);
  assert.equal(plan.wait(0), 0);
  assert.equal(plan.take(0).length, 1);
});
