import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeSamePerson, plainName } from '../../protocol/clinical/same-person.ts';

const KNOWN = { family: 'El-Masri', given: 'Fatima Zohra', birthDate: '1987-03-04', identifier: '21757410' };

test('the same name and birth date may be one person, whatever accents, capitals, hyphens and further given names', () => {
  assert.ok(mayBeSamePerson(KNOWN, { family: 'EL MASRI', given: 'Fátima', birthDate: '1987-03-04' }));
  assert.ok(!mayBeSamePerson(KNOWN, { family: 'El-Masri', given: 'Fatima', birthDate: '1987-03-05' }));
  assert.ok(!mayBeSamePerson(KNOWN, { family: 'El-Masri', given: 'Amina', birthDate: '1987-03-04' }));
});

test('a birth date that nobody knows, or only the year of it, excludes nobody; the same record number decides', () => {
  assert.ok(mayBeSamePerson(KNOWN, { family: 'El-Masri', given: 'Fatima' }));
  assert.ok(mayBeSamePerson(KNOWN, { family: 'El-Masri', given: 'Fatima', birthDate: '1987' }));
  assert.ok(mayBeSamePerson(KNOWN, { family: 'Other', given: 'Name', birthDate: '1950-01-01', identifier: '21757410' }));
  assert.ok(!mayBeSamePerson({ family: '', given: '' }, { family: '', given: '' }), 'two without a name are not alike');
});

test('names are compared as letters', () => {
  assert.equal(plainName(" Zielińska-Krawczyk,  O'Neil "), 'zielinska krawczyk o neil');
});
