/** A client without a screen, made with the library as an app would make it: joined at tablet 1, talking to it alone. */
import { joinDevice } from '../../node/device/join-device.ts';
import { runDevice } from '../../node/device/running-device.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import type { Stay } from '../../protocol/clinical/model.ts';
import type { TestContext } from 'node:test';
import type { DemoPerson } from '../../scripts/demo/people.ts';
import { must, unlockPerson } from '../../scripts/demo/set-up.ts';
import { environment, type LoopbackWard } from './ward.ts';

export interface Headless {
  readonly chart: Chart;
  /** The current stay of a patient. */
  stayOf(patient: string): { readonly id: string; readonly value: Stay };
  /** Resolves with how long it took, in milliseconds, until the live query fits. */
  sees(fits: (chart: Chart) => boolean): Promise<void>;
}

export async function headlessClient(t: TestContext, ward: LoopbackWard, person: DemoPerson): Promise<Headless> {
  const code = await ward.invite('tablet-1', 'headless');
  const folder = must(await joinDevice({ code, kind: 'client', path: ward.folder('headless'), hosts: [], peers: [ward.address('tablet-1')], environment }));
  const device = must(await runDevice(folder, { environment, listen: [] }));
  t.after(() => device.stop());
  await new Promise<void>((resolve) => {
    const follow = (): void => { if (device.host.links().some(({ inSync }) => inSync)) resolve(); };
    device.host.onLink((link) => link.onEvent(follow));
    for (const link of device.host.links()) link.onEvent(follow);
    follow();
  });
  const session = await unlockPerson(device, person, environment);
  t.after(() => session.lock());
  const chart = new Chart(session, environment);
  return {
    chart,
    stayOf(patient) {
      for (const admission of chart.admissions()) if (admission.patient === patient) return { id: admission.stay, value: admission.value };
      throw new Error(`no stay of ${patient} here`);
    },
    sees: (fits) => new Promise((resolve) => {
      if (fits(chart)) return resolve();
      const off = session.onChange(() => {
        if (!fits(chart)) return;
        off();
        resolve();
      });
    }),
  };
}
