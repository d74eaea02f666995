/** What links told of their peers that somebody should look at: the last of each kind, in memory, for `status`. */
import type { Clock } from '../../protocol/codec/environment.ts';
import { deviceId, hexOf, type DeviceId } from '../../protocol/codec/ids.ts';
import type { Host } from '../../protocol/network/host.ts';
import type { LinkEvent } from '../../protocol/sync/link.ts';

export type Alarm = Extract<LinkEvent, { readonly type: 'clock-skew' | 'rolled-back' | 'diverged' }>;

/** `at` in milliseconds since 1970, by this device's clock. */
export type RaisedAlarm = Alarm & { readonly at: number };

export interface Alarms {
  of(device: DeviceId): readonly RaisedAlarm[];
}

/** Listens to every link of the host, for as long as it runs. */
export function keepAlarms(host: Pick<Host, 'onLink'>, clock: Clock): Alarms {
  const raised = new Map<string, Map<Alarm['type'], RaisedAlarm>>();
  host.onLink((link) => {
    const name = hexOf(deviceId.from(link.remote));
    const own = raised.get(name) ?? new Map<Alarm['type'], RaisedAlarm>();
    raised.set(name, own);
    // A peer greets with its clock each time, so what a former link said of it is old.
    own.delete('clock-skew');
    link.onEvent((event) => {
      if (event.type === 'in-sync') own.delete('diverged');
      if (event.type === 'clock-skew' || event.type === 'rolled-back' || event.type === 'diverged') own.set(event.type, { ...event, at: clock.now() });
    });
  });
  return { of: (device) => [...raised.get(hexOf(device))?.values() ?? []] };
}
