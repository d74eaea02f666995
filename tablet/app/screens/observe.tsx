/** One round at one bed: every value in one form, the score as it is typed, one save. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Consciousness, ObservationSet } from '../../../protocol/clinical/model.ts';
import type { News2Parameter, News2Result } from '../../../protocol/clinical/news2.ts';
import { NEWS2_PARAMETERS, scoreSet } from '../../../protocol/clinical/news2.ts';
import { Choice } from '../parts/choice.tsx';
import { Icon } from '../parts/icon.tsx';
import { Points } from '../parts/news-badge.tsx';
import { NumericField } from '../parts/numeric-field.tsx';
import { ScorePanel } from '../parts/score-panel.tsx';
import { TimeChoice } from '../parts/time-choice.tsx';
import { oxygenText } from '../parts/vitals-strip.tsx';
import type { BedCard, PatientView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { clearObservationDraft, observationDraft, setObservationDraft } from '../state/drafts.ts';
import { words } from '../state/preferences.ts';
import { go, href } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import type { ObservationDraft, Questioned } from '../vitals/draft.ts';
import { isTouched, readDraft } from '../vitals/draft.ts';
import type { NumericVital } from '../vitals/fields.ts';
import { furtherFields, previousWith, roundFields, showValue, vitalFields } from '../vitals/fields.ts';
import { reasonFor } from '../vitals/news.ts';
import { moment } from '../words/when.ts';
import { OpenPatient, PatientHead } from './patient.tsx';

const consciousnessLevels: readonly Consciousness[] = ['alert', 'confusion', 'voice', 'pain', 'unresponsive'];

export function Observe({ patient, canWrite }: { patient: string; canWrite: boolean }): JSX.Element {
  return (
    <OpenPatient patient={patient}>
      {(view) => (
        <>
          <PatientHead view={view} back={href({ screen: 'patient', patient, tab: 'overview' })} backLabel={words.value.back} />
          {!canWrite ? <p class="empty">{words.value.failures['not-allowed']}</p>
            : view.card === undefined ? <p class="empty">{words.value.patient.notOnWardText}</p>
              : <Form view={view} card={view.card} />}
        </>
      )}
    </OpenPatient>
  );
}

function Form({ view, card }: { view: PatientView; card: BedCard }): JSX.Element {
  const port = usePort();
  const form = useRef<HTMLFormElement>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const { stay } = card;
  const draft = observationDraft(stay);
  const read = readDraft(draft, view.spo2Scale2, now.value);
  const result = scoreSet(read.set, card.birthDate);
  const say = words.value.observe;
  const change = (part: Partial<ObservationDraft>): void => setObservationDraft(stay, { ...draft, ...part });

  const save = async (): Promise<void> => {
    // Read again: the time of saving is the time of the set.
    const final = readDraft(draft, view.spo2Scale2, Date.now());
    if (final.empty || !final.ready) {
      setProblem(final.empty ? say.nothing : say.unanswered);
      focusFirstProblem(form.current);
      return;
    }
    setWorking(true);
    setProblem('');
    const reply = await port.request('addObservations', { stay, set: final.set });
    setWorking(false);
    if (!reply.ok) {
      setProblem(explain(reply.failure, words.value));
      return;
    }
    const saved = scoreSet(final.set, card.birthDate);
    clearObservationDraft(stay);
    toast(say.saved(saved.scored ? saved.total : null));
    go({ screen: 'patient', patient: card.patient, tab: 'observations' });
  };

  return (
    <form
      ref={form} class="observe" noValidate aria-label={say.title} onKeyDown={(event) => stepOnEnter(event)}
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void save();
      }}
    >
      <div class="observe-fields">
        <h2>{say.title}</h2>
        <TimeChoice
          label={say.time} at={draft.at} problem={read.problems.at === undefined ? undefined : words.value.when.future}
          onAt={(at) => change({ at })}
        />
        <Fields keys={roundFields.slice(0, 2)} {...{ view, draft, read, result, change }} />
        <Oxygen {...{ view, draft, read, result, change }} />
        <Fields keys={roundFields.slice(2, 5)} {...{ view, draft, read, result, change }} />
        <Awake {...{ view, draft, read, result, change }} />
        <Fields keys={roundFields.slice(5)} {...{ view, draft, read, result, change }} />
        <details class="observe-more" open={furtherFields.some((key) => (draft.numbers[key] ?? '') !== '')}>
          <summary>{say.more}</summary>
          <Fields keys={furtherFields} {...{ view, draft, read, result, change }} />
        </details>
        {isTouched(draft) && (
          <p class="draft-line muted">
            {say.draft}
            <button type="button" class="button button-quiet" onClick={() => clearObservationDraft(stay)}>{say.clear}</button>
          </p>
        )}
      </div>
      <aside class="observe-side">
        <ScorePanel result={result} previous={card.news?.score} scale2={view.spo2Scale2} />
        <p class="notice-slot" role="alert">
          {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
        </p>
        <button
          type="submit" class="button button-primary button-wide button-save" aria-disabled={working} data-step
          // Leaving a field may open a question and move the page: not between the two halves of this press.
          onMouseDown={(event) => event.preventDefault()}
        >
          <Icon name="check" /> {working ? say.saving : say.save}
        </button>
      </aside>
    </form>
  );
}

interface PartProps {
  readonly view: PatientView;
  readonly draft: ObservationDraft;
  readonly read: ReturnType<typeof readDraft>;
  readonly result: News2Result;
  readonly change: (part: Partial<ObservationDraft>) => void;
}

function Fields({ keys, ...part }: PartProps & { keys: readonly NumericVital[] }): JSX.Element {
  const { view, draft, read, change } = part;
  return (
    <>
      {keys.map((key) => {
        const field = vitalFields[key];
        const text = draft.numbers[key] ?? '';
        const score = isParameter(key) ? scoreOf(key, part) : undefined;
        const problem = read.problems[key];
        return (
          <NumericField
            key={key} name={words.value.vitals[key].name} unit={field.unit} decimals={field.decimals} text={text}
            previous={previousNumber(view, key)} {...(score === undefined ? {} : { score })} {...(problem === undefined ? {} : { problem })}
            onText={(next) => change({ numbers: { ...draft.numbers, [key]: next } })}
            onConfirm={() => change({ confirmed: confirm(draft, key, text) })}
          />
        );
      })}
    </>
  );
}

function Oxygen(part: PartProps): JSX.Element {
  const { view, draft, read, change } = part;
  const say = words.value.oxygen;
  const before = previousWith(sets(view), 'oxygen');
  const score = scoreOf('oxygen', part);
  const problem = read.problems.litres;
  return (
    <Choice
      name={words.value.vitals.oxygen.name} previous={was(before, before === undefined ? '' : oxygenText(before, words.value))}
      options={[{ value: 'air', label: say.air }, { value: 'oxygen', label: say.oxygen }]} chosen={draft.oxygen}
      onChoose={(oxygen) => change({ oxygen })}
    >
      <>
        <span class="entry-points">{score !== undefined && <><Points points={score.points} /> <span class="entry-reason">{score.reason}</span></>}</span>
        {draft.oxygen === 'oxygen' && (
          <div class="entry-within">
            <NumericField
              name={say.litres} unit="L/min" decimals={1} text={draft.litres} {...(problem === undefined ? {} : { problem })}
              onText={(litres) => change({ litres })} onConfirm={() => change({ confirmed: confirm(draft, 'litres', draft.litres) })}
            />
            <label class="field">
              <span class="field-name">{say.device}</span>
              <select class="input" value={draft.device} data-step onChange={(event) => change({ device: event.currentTarget.value })}>
                <option value="">{say.noDevice}</option>
                {say.devices.map(({ value, name }) => <option key={value} value={value}>{name}</option>)}
              </select>
            </label>
          </div>
        )}
      </>
    </Choice>
  );
}

function Awake(part: PartProps): JSX.Element {
  const { view, draft, change } = part;
  const say = words.value.consciousness;
  const before = previousWith(sets(view), 'consciousness');
  const score = scoreOf('consciousness', part);
  return (
    <Choice
      name={words.value.vitals.consciousness.name}
      previous={was(before, before?.consciousness === undefined ? '' : say[before.consciousness].name)}
      options={consciousnessLevels.map((level) => ({ value: level, label: say[level].name, letter: say[level].letter }))}
      chosen={draft.consciousness} onChoose={(consciousness) => change({ consciousness })}
    >
      <span class="entry-points">{score !== undefined && <><Points points={score.points} /> <span class="entry-reason">{score.reason}</span></>}</span>
    </Choice>
  );
}

/** A field asks its question when it is left; the frame after that it is there to be found. */
function focusFirstProblem(form: HTMLFormElement | null): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  requestAnimationFrame(() => {
    const wrong = form?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? form?.querySelector<HTMLElement>('[data-step]');
    wrong?.focus();
  });
}

/** Enter goes to the next field, as on a till: a round needs no other key than digits and Enter. The last is 'save'. */
function stepOnEnter(event: KeyboardEvent & { currentTarget: HTMLFormElement }): void {
  const { target, currentTarget } = event;
  if (event.key !== 'Enter' || !(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
  event.preventDefault();
  const steps = [...currentTarget.querySelectorAll<HTMLElement>('[data-step]')]
    .filter((step) => step.checkVisibility() && isStop(step, target));
  steps[steps.indexOf(target) + 1]?.focus();
}

/** Of a group of radio buttons only one is a stop: the chosen one, else the first. */
function isStop(step: HTMLElement, current: HTMLElement): boolean {
  if (step === current || !(step instanceof HTMLInputElement) || step.type !== 'radio') return true;
  if (current instanceof HTMLInputElement && current.name === step.name) return false;
  const group = [...(step.form?.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(step.name)}"]`) ?? [])];
  return step === (group.find((radio) => radio.checked) ?? group[0]);
}

function isParameter(key: NumericVital): key is NumericVital & News2Parameter {
  return NEWS2_PARAMETERS.some((parameter) => parameter === key);
}

function scoreOf(parameter: News2Parameter, { result, read }: PartProps): { points: number; reason: string } | undefined {
  const score = result.scored ? result.parameters[parameter] : undefined;
  return score && { points: score.points, reason: reasonFor(parameter, score.points, read.set, words.value) };
}

function confirm(draft: ObservationDraft, key: Questioned, text: string): ObservationDraft['confirmed'] {
  return { ...draft.confirmed, [key]: text };
}

const sets = (view: PatientView): readonly ObservationSet[] => view.observations.map(({ value }) => value);

function previousNumber(view: PatientView, key: NumericVital): string {
  const before = previousWith(sets(view), key);
  const value = before?.[key];
  return value === undefined ? words.value.observe.noPrevious : was(before, showValue(key, value, words.value.locale));
}

function was(before: ObservationSet | undefined, value: string): string {
  const say = words.value.observe;
  return before === undefined ? say.noPrevious : say.was(value, moment(before.at, now.value, words.value));
}
