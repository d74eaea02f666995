import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportAudit, type AuditRow } from '../../protocol/clinical/fhir/export-audit.ts';

const ROW: AuditRow = {
  key: 'one', at: '2026-03-04T05:06:07.890Z', how: 'screen', user: { id: 'a1', name: 'Amara Okafor' }, device: { id: 'd1', name: 'Tablet' },
  patient: { id: 'p1', name: 'Okonjo, Ife' }, documents: ['p1', 's1'],
};

test('AUDIT-5: each opening is an AuditEvent with every element that R4 requires, and nothing that it does not know', () => {
  const bundle = exportAudit([ROW, { ...ROW, key: 'two', how: 'export' }], '2026-03-04T06:00:00Z');
  assert.deepEqual([bundle.resourceType, bundle.type, bundle.entry?.length], ['Bundle', 'collection', 2]);
  const ids = new Set<string>();
  for (const { fullUrl, resource } of bundle.entry ?? []) {
    assert.ok(resource !== undefined);
    assert.equal(fullUrl, `urn:uuid:${resource.id ?? ''}`);
    assert.match(resource.id ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    ids.add(resource.id ?? '');
    assert.deepEqual(Object.keys(resource).sort(), ['action', 'agent', 'entity', 'id', 'outcome', 'recorded', 'resourceType', 'source', 'subtype', 'type']);
    assert.deepEqual([resource.type.code, resource.type.display, resource.action, resource.outcome], ['110110', 'Patient Record', 'R', '0']);
    assert.equal(resource.recorded, ROW.at);
    const [agent, ...others] = resource.agent;
    assert.ok(agent !== undefined && others.length === 0);
    assert.deepEqual([agent.requestor, agent.who?.identifier?.value, agent.who?.display], [true, 'a1', 'Amara Okafor']);
    assert.deepEqual([resource.source.observer.identifier?.value, resource.source.observer.display], ['d1', 'Tablet']);
    assert.deepEqual(resource.entity?.map(({ what, role }) => [what?.type, what?.identifier?.value, role?.code]), [['Patient', 'p1', '1'], ['Encounter', 's1', '4']]);
  }
  assert.equal(ids.size, 2);
  assert.deepEqual(bundle.entry?.map(({ resource }) => resource?.subtype?.[0]?.code), ['read', '110106']);
});

test('AUDIT-5: an opening under break-glass says so, and no other does', () => {
  const { entry = [] } = exportAudit([{ ...ROW, glass: 'aa' }, { ...ROW, key: 'two' }], '2026-03-04T06:00:00Z');
  assert.deepEqual(entry.map(({ resource }) => resource?.purposeOfEvent?.[0]?.coding?.map(({ system, code }) => `${system ?? ''}|${code ?? ''}`)),
    [['http://terminology.hl7.org/CodeSystem/v3-ActReason|BTG'], undefined]);
});
