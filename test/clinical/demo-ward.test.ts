import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterEntries, DEMO_STAFF, demoWard } from '../../protocol/clinical/demo-ward.ts';
import { scoreNews2 } from '../../protocol/clinical/news2.ts';
import { ageAt, millisecondsOf } from '../../protocol/clinical/time.ts';
import { bedCards } from '../../protocol/clinical/views.ts';

const NOW = Date.UTC(2025, 10, 20, 14, 37);
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

test('the same seed gives the same ward, another seed another', () => {
  assert.deepEqual(demoWard({ seed: 7, now: NOW }), demoWard({ seed: 7, now: NOW }));
  assert.notDeepEqual(demoWard({ seed: 7, now: NOW }), demoWard({ seed: 8, now: NOW }));
});

test('a ward has as many adults as asked for, each in a bed of its own, with its own number and name', () => {
  for (const patients of [1, 4, 24, 60]) {
    const ward = demoWard({ seed: 3, now: NOW, patients });
    assert.equal(ward.patients.length, patients);
    const labels = new Set(Object.values(ward.index.beds).map(({ label }) => label));
    const beds = ward.patients.map(({ admitted }) => admitted.bed ?? '');
    assert.equal(new Set(beds).size, patients);
    assert.ok(beds.every((bed) => labels.has(bed)));
    assert.equal(new Set(Object.values(ward.index.beds).map(({ bay }) => bay)).size, 4);
    assert.equal(new Set(ward.patients.map(({ record }) => record.identifiers['urn:wardsync:mrn'])).size, patients);
    for (const { record } of ward.patients) assert.ok((ageAt(record.birthDate ?? '', NOW) ?? 0) >= 18);
  }
});

test('entries come in order of time, none before the admission, none in the future, and by staff of the ward', () => {
  for (const seed of SEEDS) {
    const names = new Set(DEMO_STAFF.map(({ name }) => name));
    for (const { admitted, entries } of demoWard({ seed, now: NOW }).patients) {
      const start = millisecondsOf(admitted.start);
      assert.ok(start >= NOW - 5 * 86_400_000 - 60_000, `seed ${seed}`);
      let last = start;
      for (const { at, author } of entries) {
        assert.ok(at >= last && at <= NOW, `seed ${seed}`);
        assert.ok(names.has(author.name));
        last = at;
      }
    }
  }
});

test('drugs: nobody gets what they are allergic to, every administration has its order, nothing on hold is given', () => {
  for (const seed of SEEDS) {
    for (const { record, admitted, entries } of demoWard({ seed, now: NOW }).patients) {
      const stay = afterEntries(admitted, entries);
      const allergies = Object.values(record.allergies).map(({ substance }) => substance.display);
      const drugs = Object.values(stay.orders).map(({ medication }) => medication.display);
      assert.ok(drugs.length > 0, `seed ${seed}`);
      assert.equal(new Set(drugs).size, drugs.length);
      if (allergies.includes('Penicillin')) assert.ok(!drugs.includes('Co-amoxiclav'), `seed ${seed}`);
      for (const administration of Object.values(stay.administrations)) {
        const order = stay.orders[administration.order];
        assert.ok(order, `seed ${seed}`);
        assert.notEqual(order.status, 'on-hold');
        assert.ok(millisecondsOf(administration.at) >= millisecondsOf(order.authored ?? ''));
      }
    }
  }
});

test('the board has something to look at: scores from well to seriously ill, and notes and sets for everybody', () => {
  for (const seed of SEEDS) {
    const ward = demoWard({ seed, now: NOW });
    const admissions = ward.patients.map(({ patient, record, stay, admitted, entries }) => ({ patient, record, stay, value: afterEntries(admitted, entries) }));
    const cards = bedCards(admissions, { now: NOW, dayStart: NOW - 14 * 3_600_000 }, ward.index);
    assert.equal(cards.length, 24);
    assert.ok(cards.every((card) => card.news?.complete === true && card.bay !== undefined && card.reason !== undefined), `seed ${seed}`);
    assert.ok(cards.some((card) => (card.news?.score ?? 0) >= 5), `seed ${seed}: somebody is ill`);
    assert.ok(cards.filter((card) => (card.news?.score ?? 0) <= 2).length >= 8, `seed ${seed}: most are not`);
    for (const { value } of admissions) assert.ok(Object.keys(value.notes).length >= 2 && Object.keys(value.observations).length >= 2, `seed ${seed}`);
  }
});

test('values are such as people have, and scale 2 stands in the sets of those with chronic lung disease', () => {
  for (const seed of SEEDS) {
    for (const { admitted, entries, record } of demoWard({ seed, now: NOW }).patients) {
      const stay = afterEntries(admitted, entries);
      for (const set of Object.values(stay.observations).filter(({ enteredInError }) => enteredInError === undefined)) {
        const within = (value: number | undefined, low: number, high: number): boolean => value !== undefined && value >= low && value <= high;
        assert.ok(within(set.respiratoryRate, 8, 40) && within(set.spo2, 75, 100) && within(set.systolic, 60, 220) && within(set.heartRate, 40, 170)
          && within(set.temperature, 35, 41) && within(set.diastolic, 20, 140), `seed ${seed}: ${JSON.stringify(set)}`);
        assert.ok((set.diastolic ?? 0) < (set.systolic ?? 0));
        assert.equal(scoreNews2(set).scored, true);
        assert.equal(set.spo2Scale === 2, stay.spo2Scale2 !== undefined, JSON.stringify(record.name));
      }
    }
  }
});
