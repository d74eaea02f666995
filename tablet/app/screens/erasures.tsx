/** Erasures: what waits for a second person, and which devices have said that they destroyed what they held. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { ErasureView } from '../port-erasure.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { ago } from '../words/when.ts';

export function Erasures(): JSX.Element {
  const port = usePort();
  const [erasures, setErasures] = useState<readonly ErasureView[]>();
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState<ErasureView>();
  const say = words.value.erasure;
  const load = async (): Promise<void> => {
    const reply = await port.request('erasures', {});
    if (reply.ok) setErasures(reply.result);
    setProblem(reply.ok ? '' : explain(reply.failure, words.value));
  };
  useEffect(() => void load(), [now.value]);
  const approve = async ({ id }: ErasureView): Promise<void> => {
    const reply = await port.request('approveErasure', { erasure: id });
    setAsking(undefined);
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    toast(say.approved);
    await load();
  };
  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text}</p>
      <p class="muted">{say.limits}</p>
      <Problem text={problem} />
      {erasures === undefined ? <p role="status">{words.value.loading}</p>
        : erasures.length === 0 ? <p class="notice" role="status"><Icon name="note" /> {say.none}</p>
          : erasures.map((erasure) => <Erasure key={erasure.id} erasure={erasure} onApprove={() => setAsking(erasure)} />)}
      {asking !== undefined && <Confirm erasure={asking} onClose={() => setAsking(undefined)} onConfirm={() => approve(asking)} />}
    </main>
  );
}

function nameOf({ patient, confirmed }: ErasureView): string {
  return patient ?? (confirmed === null ? words.value.erasure.unnamed : words.value.erasure.gone);
}

function Erasure({ erasure, onApprove }: { erasure: ErasureView; onApprove: () => void }): JSX.Element {
  const all = words.value;
  const say = all.erasure;
  const { reason, documents, proposed, confirmed, devices, backups } = erasure;
  const name = nameOf(erasure);
  return (
    <section class="panel erasure" aria-label={name}>
      <h2>{name} <small class="muted">{say.documents(documents)}</small></h2>
      {reason !== null && <p>{reason}</p>}
      <p class="muted">{say.proposedBy(proposed.by, ago(proposed.at, now.value, all))}</p>
      {confirmed === null
        ? (
          <p class="notice" data-tone="question">
            <Icon name="alert" /> <span>{proposed.own ? say.waitsForOther : say.waitsForYou}</span>
            {!proposed.own && <button type="button" class="button button-danger" aria-label={say.approveFor(name)} onClick={onApprove}>{say.approve}</button>}
          </p>
        )
        : (
          <>
            <p class="muted">{say.confirmedBy(confirmed.by, ago(confirmed.at, now.value, all))}</p>
            <h3>{say.progress(devices.filter(({ at }) => at !== null).length, devices.length)}</h3>
            <ul class="erasure-facts">
              {devices.map(({ id, name: device, kind, removed, at }) => (
                <li key={id}>
                  <Icon name={at === null ? 'alert' : 'check'} /> <span>{device} <small class="muted">{all.sync.kinds[kind]}</small>: {at === null ? (removed ? say.never : say.notYet) : say.destroyedAt(ago(at, now.value, all))}</span>
                </li>
              ))}
            </ul>
            {backups.length > 0 && (
              <>
                <h3>{say.backups}</h3>
                <ul class="erasure-facts">
                  {backups.map(({ id, made, destroyed }) => (
                    <li key={id}>
                      <Icon name={destroyed === null ? 'alert' : 'check'} /> <span>{say.backup(id, ago(made, now.value, all))}: {destroyed === null ? say.holds : say.saidDestroyed(ago(destroyed, now.value, all))}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
    </section>
  );
}

function Confirm({ erasure, onClose, onConfirm }: { erasure: ErasureView; onClose: () => void; onConfirm: () => Promise<void> }): JSX.Element {
  const [working, setWorking] = useState(false);
  const say = words.value.erasure;
  return (
    <Dialog title={say.approveTitle} onClose={onClose}>
      <p><strong>{nameOf(erasure)}</strong>{erasure.reason !== null && `: ${erasure.reason}`}</p>
      <ul class="plain-list">{say.approveLines.map((line) => <li key={line}>{line}</li>)}</ul>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>{words.value.cancel}</button>
        <button
          type="button" class="button button-danger" aria-disabled={working}
          onClick={() => {
            if (working) return;
            setWorking(true);
            void onConfirm();
          }}
        >
          {say.approveAction}
        </button>
      </div>
    </Dialog>
  );
}
