import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPlace, found, PASSWORD, unlock } from './small-ward.ts';

test('LOCK-2: a sealed draft opens at the same user’s next unlock on the same device, and for nobody and nowhere else', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  assert.ok((await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD })).ok);
  const sealed = admin.drafts.seal('half a sentence');
  const tablet = await addPlace(admin, office.replica);
  await admin.lock();
  const again = await unlock(office, 'admin-1');
  assert.equal(again.drafts.open(sealed), 'half a sentence');
  assert.equal(again.drafts.open(sealed.map((byte, at) => (at === 90 ? byte ^ 1 : byte))), null);
  await again.lock();
  for (const [place, handle] of [[office, 'heron-42'], [tablet, 'admin-1']] as const) {
    const other = await unlock(place, handle);
    assert.equal(other.drafts.open(sealed), null);
    await other.lock();
  }
});
