/** One note: kind, author, time, how safe it is; entered in error it stays, struck through, with the reason. */
import type { JSX } from 'preact';
import type { Note } from '../../../protocol/clinical/model.ts';
import type { Entry } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { moment } from '../words/when.ts';
import { AmendmentLine } from './error-dialog.tsx';
import { Icon } from './icon.tsx';
import { BroughtIn, ProvenanceLine } from './provenance-line.tsx';
import { StandingMark } from './standing.tsx';

export function NoteItem({ entry, onMark }: { entry: Entry<Note>; onMark?: () => void }): JSX.Element {
  const { value } = entry;
  const say = words.value;
  const wrong = value.enteredInError;
  return (
    <li class="note" data-error={wrong !== undefined}>
      <header class="note-head">
        <span class="tag">{say.notes.kinds[value.kind]}</span>
        <strong>{value.author.name}</strong>
        <BroughtIn provenance={entry.provenance} />
        <time dateTime={value.at} class="muted">{moment(value.at, now.value, say)}</time>
        <StandingMark standing={entry.standing} />
        {onMark !== undefined && wrong === undefined && (
          <button type="button" class="button button-quiet note-mark" onClick={onMark}><Icon name="strike" /> {say.error.mark}</button>
        )}
      </header>
      {wrong === undefined ? <p class="note-text">{value.text}</p> : <del class="note-text">{value.text}</del>}
      <ProvenanceLine provenance={entry.provenance} />
      {wrong !== undefined && <><AmendmentLine amendment={wrong} /><ProvenanceLine provenance={entry.errorProvenance} /></>}
    </li>
  );
}
