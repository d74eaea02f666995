/** Who opened a patient in an emergency, in everybody's sight; reviewers say whether it was in order. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { GlassFinding, GlassUseView } from '../port-glass.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { ago, moment, span } from '../words/when.ts';

const FINDINGS: readonly GlassFinding[] = ['in-order', 'follow-up'];

export function Emergencies(): JSX.Element {
  const port = usePort();
  const view = port.topics.glass.value;
  const [uses, setUses] = useState<readonly GlassUseView[]>();
  const [problem, setProblem] = useState('');
  const [ending, setEnding] = useState<GlassUseView>();
  const say = words.value.glass.uses;
  const load = async (): Promise<void> => {
    const reply = await port.request('glassUses', {});
    if (reply.ok) setUses(reply.result);
    setProblem(reply.ok ? '' : explain(reply.failure, words.value));
  };
  useEffect(() => void load(), [now.value, view]);
  const review = async ({ id }: GlassUseView, finding: GlassFinding): Promise<void> => {
    const reply = await port.request('reviewGlass', { use: id, finding });
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    toast(say.done);
    await load();
  };
  const end = async ({ id }: GlassUseView): Promise<void> => {
    const reply = await port.request('endGlass', { use: id });
    setEnding(undefined);
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    toast(say.endDone);
    await load();
  };
  const mayReview = view?.mayReview === true;
  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text} {say.officers}</p>
      <Problem text={problem} />
      {uses === undefined ? problem === '' && <p role="status">{words.value.loading}</p>
        : uses.length === 0 ? <p class="notice" role="status"><Icon name="check" /> {say.none}</p>
          : (
            <>
              {mayReview && <p role="status"><strong>{say.waiting(view.unreviewed)}</strong></p>}
              <ul class="emergency-uses">
                {uses.map((use) => <Use key={use.id} use={use} mayReview={mayReview} onReview={(finding) => void review(use, finding)} onEnd={() => setEnding(use)} />)}
              </ul>
            </>
          )}
      {ending !== undefined && (
        <Confirm
          title={say.endTitle(ending.by)} lines={say.endLines} action={say.endAction} working={say.ending} isDangerous
          onClose={() => setEnding(undefined)} onConfirm={() => end(ending)}
        />
      )}
    </main>
  );
}

interface UseProps {
  readonly use: GlassUseView;
  readonly mayReview: boolean;
  readonly onReview: (finding: GlassFinding) => void;
  readonly onEnd: () => void;
}

function Use({ use, mayReview, onReview, onEnd }: UseProps): JSX.Element {
  const all = words.value;
  const say = all.glass.uses;
  const { by, own, device, at, until, documents, patient, reason, reviews, counts } = use;
  const about = say.about(by, moment(at, now.value, all));
  const isOpen = isOpenAt(use, now.value);
  return (
    <li class="panel emergency-use">
      <h2>
        {patient === null ? say.unnamed : patient.name} <small class="muted">{patient !== null && patient.number !== '' ? patient.number : say.documents(documents)}</small>
      </h2>
      <p><strong>{own ? say.you : by}</strong> <span class="muted">{device} · {moment(at, now.value, all)}, {say.length(span(Date.parse(until) - Date.parse(at) + 1_000, all))}</span></p>
      <p class="emergency-reason">{reason ?? <span class="muted">{say.sealedReason}</span>}</p>
      <p class={isOpen ? 'emergency-open' : 'muted'}>{stateOf(use, isOpen)}</p>
      {!counts && <p class="notice" data-tone="question"><Icon name="alert" /> <span>{say.notCounting}</span></p>}
      {reviews.map(({ by: who, at: when, finding }) => (
        <p key={`${who} ${when}`} class="emergency-review" data-finding={finding}>
          <Icon name={finding === 'in-order' ? 'check' : 'alert'} size={18} /> {say.reviewed(say.findings[finding], who, ago(when, now.value, all))}
        </p>
      ))}
      {reviews.length === 0 && <p><span class="tag tag-warn">{say.unreviewed}</span> {own && mayReview && <span class="muted">{say.ownText}</span>}</p>}
      {(isOpen || mayReview) && !own && (
        <div class="form-actions">
          {mayReview && FINDINGS.map((finding) => (
            <button key={finding} type="button" class="button" aria-label={say.markAs(say.findings[finding], about)} onClick={() => onReview(finding)}>{say.findings[finding]}</button>
          ))}
          {mayReview && isOpen && <button type="button" class="button button-danger" aria-label={say.endOf(about)} onClick={onEnd}>{say.end}</button>}
        </div>
      )}
    </li>
  );
}

function isOpenAt({ ended, until, counts }: GlassUseView, at: number): boolean {
  return counts && ended === null && at < Date.parse(until);
}

function stateOf({ ended, until }: GlassUseView, isOpen: boolean): string {
  const all = words.value;
  const say = all.glass.uses;
  if (isOpen) return say.openUntil(span(Date.parse(until) - now.value, all));
  // Whoever writes there next ends in the log what time has ended.
  if (ended === null || ended.at >= until) return say.over;
  const when = ago(ended.at, now.value, all);
  return ended.own ? say.endedSelf(when) : say.endedBy(ended.by, when);
}
