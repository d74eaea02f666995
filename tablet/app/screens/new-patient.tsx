/** Somebody nobody here knows yet: who it is, allergies asked or not, and on wish the admission in the same step. */
import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { mayBeSamePerson } from '../../../protocol/clinical/same-person.ts';
import { AdmissionFields } from '../parts/admission-fields.tsx';
import { personFacts } from '../parts/bed-card.tsx';
import { Icon } from '../parts/icon.tsx';
import type { BedCard, OtherPatient } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { clearPersonDraft, personDraft, setPersonDraft } from '../state/drafts.ts';
import { words } from '../state/preferences.ts';
import { go, href } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import type { AllergyAnswer, PersonDraft, PersonProblem } from '../vitals/person-draft.ts';
import { likeKey, readAdmission, readPerson } from '../vitals/person-draft.ts';
import { longDay } from '../words/when.ts';

const sexes = ['female', 'male', 'other', 'unknown'] as const;
const answers: readonly AllergyAnswer[] = ['none', 'some', 'not-asked'];

export function NewPatient({ canWrite }: { canWrite: boolean }): JSX.Element {
  const say = words.value;
  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <div class="page-head">
        <a class="button button-quiet button-icon" href={href({ screen: 'board' })} aria-label={say.patient.toBoard}>
          <Icon name="arrowLeft" size={24} />
        </a>
        <h1>{say.person.title}</h1>
      </div>
      {canWrite ? <Form /> : <p class="empty">{say.failures['not-allowed']}</p>}
    </main>
  );
}

function Form(): JSX.Element {
  const port = usePort();
  const form = useRef<HTMLFormElement>(null);
  const [working, setWorking] = useState(false);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState('');
  const draft = personDraft();
  const { person, problems } = readPerson(draft, now.value);
  const board = port.topics.board.value;
  const alike = person.family === '' || person.given === '' ? [] : [...board.cards, ...board.others].filter((known) => mayBeSamePerson(known, person));
  const open = alike.length > 0 && draft.others !== likeKey(alike);
  const say = words.value.person;
  const change = (part: Partial<PersonDraft>): void => setPersonDraft({ ...draft, ...part });
  const wrong = (name: PersonProblem): boolean => asked && problems.includes(name);

  const save = async (): Promise<void> => {
    setAsked(true);
    const admission = draft.admit ? readAdmission(draft.admission, Date.now()) : undefined;
    const [first] = problems;
    if (first !== undefined || open || admission === null) {
      setProblem(first !== undefined ? say[PROBLEM_WORDS[first]] : open ? say.answerFirst : words.value.when.future);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"], .alike a')?.focus());
      return;
    }
    setWorking(true);
    setProblem('');
    const reply = await port.request('addPatient', { person, ...(admission !== undefined && { admission }) });
    setWorking(false);
    if (!reply.ok) {
      setProblem(explain(reply.failure, words.value));
      return;
    }
    clearPersonDraft();
    toast(admission === undefined ? say.saved : words.value.admit.done(admission.bed));
    go({ screen: 'patient', patient: reply.result.patient, tab: 'overview' });
  };

  return (
    <form
      ref={form} class="person-form" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void save();
      }}
    >
      <div class="panel">
        <div class="field-pair">
          <TextField name={say.family} value={draft.family} wrong={wrong('family')} onText={(family) => change({ family })} />
          <TextField name={say.given} value={draft.given} wrong={wrong('given')} onText={(given) => change({ given })} />
        </div>
        <div class="field-pair">
          <TextField
            name={say.birthDate} hint={say.birthHint} type="date" value={draft.birthDate} wrong={wrong('birthDate')}
            onText={(birthDate) => change({ birthDate })}
          />
          <TextField name={say.identifier} hint={say.identifierHint} value={draft.identifier} wrong={false} onText={(identifier) => change({ identifier })} />
        </div>
        <Radios name={say.sex} options={sexes.map((value) => ({ value, label: words.value.sex[value] ?? value }))} chosen={draft.sex} onChoose={(sex) => change({ sex })} />
        <Radios
          name={say.allergies} options={answers.map((value) => ({ value, label: say.allergyAnswers[value] }))} chosen={draft.allergies}
          onChoose={(allergies) => change({ allergies })}
        />
        {draft.allergies === 'some' && <Substances draft={draft} change={change} wrong={wrong('substances')} />}
      </div>
      <div role="status">{alike.length > 0 && <Alike people={alike} open={open} onAnother={() => change({ others: likeKey(alike) })} />}</div>
      <div class="panel">
        <label class="check">
          <input type="checkbox" checked={draft.admit} onChange={(event) => change({ admit: event.currentTarget.checked })} />
          <span>{say.admitNow}</span>
        </label>
        {draft.admit && <AdmissionFields draft={draft.admission} change={(part) => change({ admission: { ...draft.admission, ...part } })} />}
      </div>
      <p class="notice-slot" role="alert">
        {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
      </p>
      <div class="form-end">
        <a class="button" href={href({ screen: 'board' })} onClick={clearPersonDraft}>{words.value.cancel}</a>
        <button type="submit" class="button button-primary" aria-disabled={working}>
          <Icon name="check" /> {working ? say.saving : draft.admit ? say.saveAndAdmit : say.save}
        </button>
      </div>
    </form>
  );
}

const PROBLEM_WORDS = { family: 'noName', given: 'noName', birthDate: 'badDate', substances: 'noSubstance' } as const satisfies Record<PersonProblem, string>;

const asText = { type: 'text', maxLength: 120 } as const;
const asDate = { type: 'date' } as const;

function TextField({ name, hint, type = 'text', value, wrong, onText }: {
  name: string; hint?: string; type?: 'text' | 'date'; value: string; wrong: boolean; onText: (text: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label class="field-name" for={id}>{name}</label>
      <input
        id={id} class="input" {...(type === 'date' ? asDate : asText)} value={value} autocomplete="off" spellcheck={false}
        aria-invalid={wrong} aria-describedby={hint === undefined ? undefined : `${id}-hint`} onInput={(event) => onText(event.currentTarget.value)}
      />
      {hint !== undefined && <span class="field-hint" id={`${id}-hint`}>{hint}</span>}
    </div>
  );
}

function Radios<T extends string>({ name, options, chosen, onChoose }: {
  name: string; options: readonly { readonly value: T; readonly label: string }[]; chosen: T | null; onChoose: (value: T) => void;
}): JSX.Element {
  const group = useId();
  return (
    <fieldset>
      <legend class="field-name">{name}</legend>
      <div class="choice">
        {options.map(({ value, label }) => (
          <label key={value} class="choice-option">
            <input type="radio" name={group} value={value} checked={chosen === value} onChange={() => onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Substances({ draft, change, wrong }: { draft: PersonDraft; change: (part: Partial<PersonDraft>) => void; wrong: boolean }): JSX.Element {
  const say = words.value.person;
  const { substances } = draft;
  return (
    <div class="substances">
      {substances.map((name, at) => (
        <div key={at} class="substance">
          <input
            class="input" value={name} aria-label={say.substance} placeholder={say.substance} autocomplete="off" spellcheck={false} maxLength={120} aria-invalid={wrong}
            onInput={(event) => change({ substances: substances.with(at, event.currentTarget.value) })}
          />
          {substances.length > 1 && (
            <button
              type="button" class="button button-quiet button-icon" aria-label={say.removeSubstance(name)}
              onClick={() => change({ substances: substances.toSpliced(at, 1) })}
            >
              <Icon name="close" />
            </button>
          )}
        </div>
      ))}
      <button type="button" class="button" onClick={() => change({ substances: [...substances, ''] })}><Icon name="plus" /> {say.addSubstance}</button>
    </div>
  );
}

/** Records that may be of the same person, as links, and the answer that they are not. */
function Alike({ people, open, onAnother }: { people: readonly (BedCard | OtherPatient)[]; open: boolean; onAnother: () => void }): JSX.Element {
  const say = words.value;
  return (
    <section class="panel alike" data-open={open}>
      <h2><Icon name={open ? 'alert' : 'check'} /> {say.person.sameTitle}</h2>
      <p>{say.person.sameText}</p>
      <ul class="lines">
        {people.map((known) => (
          <li key={known.patient}>
            <span class="line-main">
              <a href={href({ screen: 'patient', patient: known.patient, tab: 'overview' })}>{known.family}, {known.given}</a>
              <span class="muted line-details">
                {personFacts(known, say)}{known.birthDate !== undefined && ` · ${say.patient.born(longDay(known.birthDate, say))}`}
              </span>
            </span>
            <span class="line-side">{whereIs(known)}</span>
          </li>
        ))}
      </ul>
      {open && <button type="button" class="button" onClick={onAnother}>{say.person.another}</button>}
    </section>
  );
}

function whereIs(known: BedCard | OtherPatient): string {
  const say = words.value;
  if (!('stay' in known)) return say.patient.notOnWard;
  return known.bed === undefined ? say.person.onWard : say.person.onWardIn(known.bed);
}
