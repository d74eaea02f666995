import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { peerIdText } from '../../protocol/network/peer-id.ts';
import { Lan, type Report } from './lan.ts';
import type { LanDeviceInit } from './lan-device.ts';
import { freshKeys } from './support.ts';

const linkedTo = (...keys: readonly SigningKey[]) => ({ peers }: Report): boolean =>
  JSON.stringify([...(peers as string[])].sort()) === JSON.stringify(keys.map((key) => peerIdText(key.publicKey)).sort());

function device(own: SigningKey, ...others: readonly SigningKey[]): LanDeviceInit {
  return { kind: 'ward', seeds: [own, ...others].map(({ seed }) => toHex(seed)) };
}

for (const [network, route] of [['without a default route', []], ['with a default route', ['route add default dev eth0']]] as const) {
  test(`NET-2: three devices on a network ${network} find each other`, async (t) => {
    const lan = await Lan.open(t);
    if (lan === undefined) return;
    const [a, b, c] = freshKeys(3);
    assert.ok(a && b && c);
    const hosts = await Promise.all([
      lan.addHost([{ into: 'lan0', address: '10.7.0.1/24' }], device(a, b, c), route),
      lan.addHost([{ into: 'lan0', address: '10.7.0.2/24' }], device(b, a, c), route),
      lan.addHost([{ into: 'lan0', address: '10.7.0.3/24' }], device(c, a, b), route),
    ]);
    await Promise.all([hosts[0].next('links', linkedTo(b, c)), hosts[1].next('links', linkedTo(a, c)), hosts[2].next('links', linkedTo(a, b))]);
  });
}

test('NET-2: a device on two networks finds its peers on both', async (t) => {
  const lan = await Lan.open(t, ['wired', 'wireless']);
  if (lan === undefined) return;
  const [a, b, c] = freshKeys(3);
  assert.ok(a && b && c);
  const [middle] = await Promise.all([
    lan.addHost([{ into: 'wired', address: '10.7.1.1/24' }, { into: 'wireless', address: '192.168.44.1/24' }], device(b, a, c)),
    lan.addHost([{ into: 'wired', address: '10.7.1.2/24' }], device(a, b, c)),
    lan.addHost([{ into: 'wireless', address: '192.168.44.2/24' }], device(c, a, b)),
  ]);
  await middle.next('links', linkedTo(a, c));
});

test('NET-2: an interface that comes up later is used, and one that goes is let go', async (t) => {
  const lan = await Lan.open(t, ['early', 'late']);
  if (lan === undefined) return;
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const [roaming] = await Promise.all([
    lan.addHost([{ into: 'early', address: '10.7.2.1/24' }], device(a, b)),
    lan.addHost([{ into: 'late', address: '10.7.3.2/24' }], device(b, a)),
  ]);
  const cable = await roaming.plug({ into: 'late', address: '10.7.3.1/24', name: 'wlan0' });
  await roaming.next('links', linkedTo(b));
  await lan.ip(`link del ${cable.plug}`);
  await roaming.next('links', linkedTo());
  await roaming.plug({ into: 'late', address: '10.7.3.9/24', name: 'wlan1' });
  await roaming.next('links', linkedTo(b));
});

test('NET-2: after a partition the link is back within seconds, whether or not the cable looked dead', async (t) => {
  const lan = await Lan.open(t);
  if (lan === undefined) return;
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const [left, right] = await Promise.all([
    lan.addHost([{ into: 'lan0', address: '10.7.4.1/24' }], device(a, b)),
    lan.addHost([{ into: 'lan0', address: '10.7.4.2/24' }], device(b, a)),
  ]);
  await Promise.all([left.next('links', linkedTo(b)), right.next('links', linkedTo(a))]);

  const cut = Date.now();
  const heal = await right.cut('lan0');
  await Promise.all([left.next('links', linkedTo()), right.next('links', linkedTo())]);
  t.diagnostic(`silent cut noticed by both after ${Date.now() - cut} ms`);
  await heal();
  const healed = Date.now();
  await Promise.all([left.next('links', linkedTo(b)), right.next('links', linkedTo(a))]);
  const back = Date.now() - healed;
  t.diagnostic(`back ${back} ms after healing`);
  assert.ok(back < 5_000, `back after ${back} ms`);

  const [plug] = right.cables;
  assert.ok(plug);
  await lan.ip(`link set ${plug.plug} down`);
  await Promise.all([left.next('links', linkedTo()), right.next('links', linkedTo())]);
  await lan.ip(`link set ${plug.plug} up`);
  const again = Date.now();
  await Promise.all([left.next('links', linkedTo(b)), right.next('links', linkedTo(a))]);
  t.diagnostic(`back ${Date.now() - again} ms after the cable was plugged in again`);
  assert.ok(Date.now() - again < 5_000);
});

test('NET-2: finds a stock @libp2p/mdns peer, and is found by it', async (t) => {
  const lan = await Lan.open(t);
  if (lan === undefined) return;
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  // The stock peer needs a default route, or it multicasts nothing; ours has none.
  const [ours, stock] = await Promise.all([
    lan.addHost([{ into: 'lan0', address: '10.7.5.1/24' }], device(a, b)),
    lan.addHost([{ into: 'lan0', address: '10.7.5.2/24' }], { ...device(b), kind: 'stock' }, ['route add default via 10.7.5.1']),
  ]);
  assert.ok(ours);
  const found = await stock.next('found', ({ peer }) => peer === peerIdText(a.publicKey));
  assert.match(String(found.addresses), /^\/ip4\/10\.7\.5\.1\/tcp\/\d+$/);
  await stock.next('connected', ({ peer }) => peer === peerIdText(a.publicKey));
});
