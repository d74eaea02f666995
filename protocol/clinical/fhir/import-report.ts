/** DiagnosticReport → a measurement that holds its conclusion. Its results are observations of their own. */
import type { Resource } from './bundle.ts';
import { encounterOf, encounterWithinStay, put, visitOf, type Chart } from './chart.ts';
import { entryKey, readCoded } from './source.ts';

export function readReport(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const code = readCoded(cursor.child('code'));
  const words = cursor.text('conclusion');
  if (code === undefined || words === undefined) {
    resource.leftOut = 'without a conclusion; its results are mapped themselves';
    return;
  }
  const at = cursor.time('effectiveDateTime') ?? cursor.child('effectivePeriod')?.time('start') ?? cursor.time('issued');
  const visit = visitOf(chart, resource, undefined, at);
  const status = cursor.text('status', 100);
  const measurement = {
    code, category: 'report', value: { words },
    ...(at !== undefined && { at }),
    ...(status !== undefined && { status }),
    ...(visit?.stay === undefined ? encounterOf(resource, visit) : encounterWithinStay(resource)),
  };
  put((visit?.stay?.stay ?? chart.record).measurements, `report-${entryKey(resource)}`, measurement, resource);
}
