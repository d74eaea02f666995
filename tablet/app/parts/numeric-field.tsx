/**
 * One line of the observations form: name, what it was before, the number with its unit, and its points. A value that
 * looks wrong is asked about, and stays as it was typed.
 */
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { words } from '../state/preferences.ts';
import type { Problem } from '../vitals/draft.ts';
import { Icon } from './icon.tsx';
import { Points } from './news-badge.tsx';

export interface NumericFieldProps {
  readonly name: string;
  readonly unit: string;
  readonly decimals: 0 | 1;
  readonly text: string;
  /** 'was 18 /min · 10:02' */
  readonly previous?: string;
  readonly score?: { readonly points: number; readonly reason: string };
  readonly problem?: Problem;
  readonly onText: (text: string) => void;
  readonly onConfirm: () => void;
}

export function NumericField(props: NumericFieldProps): JSX.Element {
  const { name, unit, decimals, text, previous, score, problem, onText, onConfirm } = props;
  const id = useId();
  // While somebody types 18 the field holds 1 for a moment: no question before the field is left.
  const [typing, setTyping] = useState(false);
  const open = !typing && problem !== undefined && !('answered' in problem && problem.answered);
  return (
    <div class="entry" data-points={score?.points} data-problem={open}>
      <label class="entry-name" for={id}>{name}</label>
      <span class="entry-previous" id={`${id}-previous`}>{previous}</span>
      <span class="entry-input">
        <input
          id={id} class="input input-number" type="text" inputMode={decimals === 0 ? 'numeric' : 'decimal'} autocomplete="off"
          enterkeyhint="next" maxLength={7} value={text} data-step aria-invalid={open}
          aria-describedby={`${id}-previous ${id}-problem ${id}-points`}
          onInput={(event) => {
            setTyping(true);
            onText(event.currentTarget.value);
          }}
          onBlur={() => setTyping(false)}
        />
        <span class="entry-unit">{unit}</span>
      </span>
      <span class="entry-points" id={`${id}-points`}>
        {score !== undefined && <><Points points={score.points} /> <span class="entry-reason">{score.reason}</span></>}
      </span>
      <div class="entry-problem" id={`${id}-problem`} aria-live="polite">
        {!typing && problem !== undefined && <Question problem={problem} text={text} onConfirm={onConfirm} />}
      </div>
    </div>
  );
}

function Question({ problem, text, onConfirm }: { problem: Problem; text: string; onConfirm: () => void }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  // The question may open behind the score at the foot of the page.
  useEffect(() => element.current?.scrollIntoView({ block: 'nearest' }), []);
  const say = words.value.observe;
  const locale = words.value.locale;
  if (problem.kind === 'not-a-number') return <p class="notice" data-tone="failed"><Icon name="alert" /> {say.notANumber}</p>;
  if (problem.kind === 'future') return <p class="notice" data-tone="failed"><Icon name="alert" /> {words.value.when.future}</p>;
  if (problem.answered) return <p class="confirmed"><Icon name="check" size={16} /> {say.confirmed}</p>;
  const question = problem.kind === 'crossed'
    ? say.crossed
    : say.unusual(text, problem.low.toLocaleString(locale), problem.high.toLocaleString(locale));
  return (
    <div ref={element} class="notice" data-tone="question">
      <Icon name="help" />
      <p>{question}</p>
      <button type="button" class="button" data-answer onClick={onConfirm}>{say.confirm(text)}</button>
    </div>
  );
}
