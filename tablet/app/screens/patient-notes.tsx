/** Notes of a stay, newest first, and of the current one the place to write. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Note } from '../../../protocol/clinical/model.ts';
import { ErrorDialog } from '../parts/error-dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { NoteItem } from '../parts/note-item.tsx';
import { StayChoice } from '../parts/stay-item.tsx';
import type { Entry, PatientView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { clearNoteDraft, noteDraft, setNoteDraft } from '../state/drafts.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';

const noteKinds: readonly Note['kind'][] = ['nursing', 'medical', 'handover', 'other'];
const WHAT_LENGTH = 140;

export function Notes({ view, canWrite }: { view: PatientView; canWrite: boolean }): JSX.Element {
  const [marking, setMarking] = useState<Entry<Note> | null>(null);
  const say = words.value.notes;
  const { opened } = view;
  if (opened === undefined) return <StayChoice view={view} tab="notes" />;
  const { stay } = opened;
  return (
    <div class="notes-tab">
      <StayChoice view={view} tab="notes" />
      {canWrite && opened.current && <NewNote key={stay} stay={stay} />}
      <section class="panel" aria-label={say.title}>
        <h2 class="visually-hidden">{say.title}</h2>
        {view.notes.length === 0 ? <p class="empty-line">{say.empty}</p> : (
          <ol class="notes">
            {view.notes.toReversed().map((note) => (
              <NoteItem key={note.id} entry={note} {...(canWrite ? { onMark: () => setMarking(note) } : {})} />
            ))}
          </ol>
        )}
      </section>
      {marking !== null && (
        <ErrorDialog
          stay={stay} collection="notes" id={marking.id} what={marking.value.text.slice(0, WHAT_LENGTH)}
          onClose={() => setMarking(null)}
        />
      )}
    </div>
  );
}

function NewNote({ stay }: { stay: string }): JSX.Element {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const group = useId();
  const draft = noteDraft(stay);
  const say = words.value.notes;

  const save = async (): Promise<void> => {
    const text = draft.text.trim();
    if (text === '') {
      setProblem(say.missing);
      return;
    }
    setWorking(true);
    setProblem('');
    const reply = await port.request('addNote', { stay, note: { at: new Date().toISOString(), kind: draft.kind, text } });
    setWorking(false);
    if (!reply.ok) {
      setProblem(explain(reply.failure, words.value));
      return;
    }
    clearNoteDraft(stay);
    toast(say.saved);
  };

  return (
    <form
      class="panel new-note" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void save();
      }}
    >
      <h2>{say.add}</h2>
      <fieldset class="choice">
        <legend class="visually-hidden">{say.kind}</legend>
        {noteKinds.map((kind) => (
          <label key={kind} class="choice-option">
            <input type="radio" name={group} checked={draft.kind === kind} onChange={() => setNoteDraft(stay, { ...draft, kind })} />
            <span>{say.kinds[kind]}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="visually-hidden">{say.text}</span>
        {/* Some browsers send text away to be spell-checked. */}
        <textarea
          class="input" rows={4} value={draft.text} spellcheck={false} autocomplete="off" aria-invalid={problem !== ''}
          onInput={(event) => setNoteDraft(stay, { ...draft, text: event.currentTarget.value })}
        />
      </label>
      <p class="notice-slot" role="alert">
        {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
      </p>
      <div class="form-end">
        <span class="muted">{draft.text.trim() === '' ? '' : say.draft}</span>
        <button type="submit" class="button button-primary" aria-disabled={working}>{working ? say.saving : say.save}</button>
      </div>
    </form>
  );
}
