/** The ward's devices, for admins: who uses which, when it was last seen, and one button for one that is lost. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { DeviceView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { ago } from '../words/when.ts';

export function Devices({ canReport }: { canReport: boolean }): JSX.Element {
  const port = usePort();
  const [devices, setDevices] = useState<readonly DeviceView[]>();
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState<DeviceView>();
  const [told, setTold] = useState<readonly string[]>([]);
  const say = words.value.devices;

  const load = async (): Promise<void> => {
    const reply = await port.request('devices', {});
    if (reply.ok) setDevices(reply.result);
    setProblem(reply.ok ? '' : explain(reply.failure, words.value));
  };
  useEffect(() => void load(), [now.value]);

  const report = async (device: DeviceView): Promise<void> => {
    const reply = await port.request('reportLost', { device: device.id });
    setAsking(undefined);
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    toast(say.done(device.name));
    setTold(reply.result.users);
    await load();
  };

  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text}</p>
      <Problem text={problem} />
      {told.length > 0 && <p class="notice" data-tone="question" role="status"><Icon name="alert" /> <span>{say.doneUsers(told.join(', '))}</span></p>}
      {devices === undefined
        ? <p role="status">{words.value.loading}</p>
        : <ul class="panel device-list">{sorted(devices).map((device) => <Row key={device.id} device={device} onLost={canReport && !device.own ? setAsking : undefined} />)}</ul>}
      {asking !== undefined && (
        <Confirm
          title={say.confirmTitle(asking.name)} lines={say.confirm} action={say.confirmAction} working={say.working} isDangerous
          onClose={() => setAsking(undefined)} onConfirm={() => report(asking)}
        />
      )}
    </main>
  );
}

function Row({ device, onLost }: { device: DeviceView; onLost: ((device: DeviceView) => void) | undefined }): JSX.Element {
  const all = words.value;
  const say = all.devices;
  const seen = device.own ? say.thisOne : device.connected ? say.connected
    : device.lastSeen === undefined ? say.neverSeen : say.lastSeen(ago(device.lastSeen, now.value, all));
  const isUsed = device.kind === 'tablet' || device.kind === 'client' || device.kind === 'desktop';
  return (
    <li class="device-row" data-connected={device.connected || device.own}>
      <Icon name={device.kind === 'tablet' || device.kind === 'client' || device.kind === 'desktop' ? 'device' : 'save'} size={24} />
      <div class="device-facts">
        <h2>{device.name}</h2>
        <p class="muted">{all.sync.kinds[device.kind]} · {seen}</p>
        {device.key !== undefined && <p class="muted">{say.keys[device.key]}</p>}
        {isUsed && <p class="muted">{device.users.length === 0 ? say.notUsed : say.usedBy(device.users.join(', '))}</p>}
      </div>
      {onLost !== undefined && (
        <button type="button" class="button button-danger" aria-label={say.lostFor(device.name)} onClick={() => onLost(device)}>{say.lost}</button>
      )}
    </li>
  );
}

/** One's own first, then who carries patients' data about, each by name. */
function sorted(devices: readonly DeviceView[]): readonly DeviceView[] {
  const rank = { tablet: 0, client: 1, desktop: 2, archive: 3, bridge: 4 } as const;
  return devices.toSorted((a, b) => Number(b.own) - Number(a.own) || rank[a.kind] - rank[b.kind] || a.name.localeCompare(b.name));
}
