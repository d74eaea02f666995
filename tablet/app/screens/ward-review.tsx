/** The review list: what removed people and lost devices wrote beyond what was known, and what a checkpoint holds back. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import { Icon } from '../parts/icon.tsx';
import type { CouncilAction, CouncilView, HeldRow, WorkRow } from '../port-council.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';
import { moment } from '../words/when.ts';

interface Verdict {
  readonly verdict: 'accept' | 'decline';
  readonly action: CouncilAction;
}

export function WardReview({ view }: { view: CouncilView }): JSX.Element {
  const port = usePort();
  const { problem, complain, act } = useActing();
  const [work, setWork] = useState<readonly WorkRow[]>();
  const [all, setAll] = useState(false);
  const [asking, setAsking] = useState<Verdict>();
  const { review: say, working: workingText } = words.value.council;
  const load = async (): Promise<void> => {
    const reply = await port.request('reviewWork', {});
    if (reply.ok) setWork(reply.result);
    else complain(explain(reply.failure, words.value));
  };
  useEffect(() => void load(), []);

  const settle = async ({ verdict, action }: Verdict): Promise<void> => {
    await act(action, verdict === 'accept' ? say.accepted : say.declined);
    setAsking(undefined);
    await load();
  };
  const shownWork = (work ?? []).filter(({ declined }) => all || !declined);
  const shownHeld = view.held.filter(({ declined }) => all || !declined);
  const hasDeclined = [...work ?? [], ...view.held].some(({ declined }) => declined);
  return (
    <div class="ward-part">
      <p>{say.text}</p>
      <FormProblem text={problem} />
      {work === undefined && problem === '' && <p role="status">{words.value.loading}</p>}
      {work !== undefined && shownWork.length === 0 && shownHeld.length === 0 && <p class="notice" role="status"><Icon name="check" /> {say.none}</p>}
      {shownWork.map((row) => <Work key={row.key.id} row={row} onAsk={(verdict) => setAsking({ verdict, action: { do: 'settle-work', work: row.key, verdict } })} />)}
      {shownHeld.length > 0 && (
        <section class="panel" aria-labelledby="ward-held">
          <h2 id="ward-held">{say.held}</h2>
          <ul class="ward-rows">{shownHeld.map((row) => <Held key={row.id} row={row} onAsk={(verdict) => setAsking({ verdict, action: { do: 'settle-held', id: row.id, verdict } })} />)}</ul>
        </section>
      )}
      <div class="form-actions">
        <button type="button" class="button" onClick={() => void load()}><Icon name="sync" /> {say.again}</button>
        {hasDeclined && <label class="check"><input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> {say.showDeclined}</label>}
      </div>
      {asking !== undefined && (
        <Confirm
          title={asking.verdict === 'accept' ? say.acceptTitle : say.declineTitle} lines={asking.verdict === 'accept' ? say.acceptText : say.declineText}
          action={asking.verdict === 'accept' ? say.accept : say.decline} working={workingText} onClose={() => setAsking(undefined)} onConfirm={() => settle(asking)}
        />
      )}
    </div>
  );
}

function Work({ row, onAsk }: { row: WorkRow; onAsk: (verdict: Verdict['verdict']) => void }): JSX.Element {
  const all = words.value;
  const say = all.council.review;
  const heading = `work-${row.key.id}`;
  const when = (iso: string): string => moment(iso, now.value, all);
  return (
    <section class="panel" aria-labelledby={heading}>
      <h2 id={heading}>{say.by(row.by, row.device)}</h2>
      <p><strong>{row.patient === null ? say.noPatient : say.patient(row.patient)}</strong></p>
      <p class="muted">{say.items(row.items, when(row.from), when(row.until))}</p>
      {row.declined && <p class="tag tag-quiet">{say.wasDeclined}</p>}
      {row.changes === null ? <p class="muted">{say.closed}</p> : (
        <>
          <h3>{say.changes}</h3>
          {row.changes.length === 0 ? <p class="muted">{say.nothing}</p> : (
            <ul class="people">
              {row.changes.map(({ collection, text, isRemoval }) => (
                <li key={`${collection} ${text}`}><strong>{say.collections[collection] ?? collection}</strong>: {isRemoval ? say.removal : text}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <Verdicts name={say.by(row.by, row.device)} canAccept canDecline={!row.declined} onAsk={onAsk} />
    </section>
  );
}

function Held({ row, onAsk }: { row: HeldRow; onAsk: (verdict: Verdict['verdict']) => void }): JSX.Element {
  const all = words.value;
  const say = all.council.review;
  const what = say.heldRow(say.types[row.type] ?? row.type, row.by);
  return (
    <li>
      <h3>{what}</h3>
      <p class="muted">{moment(row.at, now.value, all)}</p>
      {!row.isRepeatable && <p class="muted">{say.notRepeatable}</p>}
      <Verdicts name={what} canAccept={row.isRepeatable} canDecline={!row.declined} onAsk={onAsk} />
    </li>
  );
}

function Verdicts({ name, canAccept, canDecline, onAsk }: { name: string; canAccept: boolean; canDecline: boolean; onAsk: (verdict: Verdict['verdict']) => void }): JSX.Element {
  const say = words.value.council.review;
  return (
    <div class="form-actions">
      {canAccept && <button type="button" class="button" aria-label={`${say.accept}: ${name}`} onClick={() => onAsk('accept')}>{say.accept}</button>}
      {canDecline && <button type="button" class="button button-quiet" aria-label={`${say.decline}: ${name}`} onClick={() => onAsk('decline')}>{say.decline}</button>}
    </div>
  );
}
