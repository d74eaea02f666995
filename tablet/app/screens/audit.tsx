/** Who looked at which patient, for privacy officers: newest first, by patient or by person, searched as one types. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { AuditLine, AuditView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { download } from '../state/download.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { moment } from '../words/when.ts';

type List = 'times' | 'patients' | 'people';
const LISTS: readonly List[] = ['times', 'patients', 'people'];

/** `about`: only this patient, by id. */
export function Audit({ about = '' }: { about?: string | undefined }): JSX.Element {
  const port = usePort();
  const [patient, setPatient] = useState(about);
  const [person, setPerson] = useState('');
  const [list, setList] = useState<List>('times');
  const [found, setFound] = useState<AuditView>();
  const [problem, setProblem] = useState('');
  const say = words.value.privacy;

  useEffect(() => {
    let isWanted = true;
    void port.request('audit', { patient, user: person }).then((reply) => {
      if (!isWanted) return;
      if (reply.ok) setFound(reply.result);
      setProblem(reply.ok ? '' : explain(reply.failure, words.value));
    });
    return () => { isWanted = false; };
  }, [patient, person, now.value]);

  const take = async (): Promise<void> => {
    const reply = await port.request('exportAudit', { patient, user: person });
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    download(reply.result.fileName, reply.result.json);
    toast(say.exported(reply.result.fileName));
  };

  return (
    <main id="content" class="page narrow audit" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text} {say.fromNowOn}</p>
      <Problem text={problem} />
      {found?.hasOfficer === false && <p class="notice" data-tone="question"><Icon name="alert" /> <span>{say.noOfficer}</span></p>}
      <form class="panel audit-search" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field name={say.patient} hint={say.patientHint} value={patient} onInput={setPatient} />
        <Field name={say.person} hint={say.personHint} value={person} onInput={setPerson} />
      </form>
      {found === undefined ? <p role="status">{words.value.loading}</p> : (
        <>
          <Troubles found={found} />
          <section class="panel" aria-label={say.title}>
            <div class="audit-tools">
              <div class="segments" role="group" aria-label={say.list}>
                {LISTS.map((each) => (
                  <button key={each} type="button" class="segment" aria-pressed={each === list} onClick={() => setList(each)}>{say.lists[each]}</button>
                ))}
              </div>
              <button type="button" class="button" aria-disabled={found.total === 0} onClick={() => { if (found.total > 0) void take(); }}>
                <Icon name="download" /> {say.export}
              </button>
            </div>
            <p class="muted" role="status">{found.total === 0 ? say.nobody : say.count(found.total)}</p>
            {list === 'times' && <Lines lines={found.lines} />}
            {list === 'patients' && <Groups groups={grouped(found.lines, ({ patient: { id, name, number } }) => ({ id, name: [name, number].filter((part) => part !== '').join(' · ') }), ({ user }) => user.id)} text={say.opened} onChoose={(id) => { setPatient(id); setList('times'); }} />}
            {list === 'people' && <Groups groups={grouped(found.lines, ({ user: { id, name } }) => ({ id, name }), (line) => line.patient.id)} text={say.openedBy} onChoose={(id) => { setPerson(id); setList('times'); }} />}
            {found.total > found.lines.length && <p class="muted">{say.more(found.lines.length, found.total)}</p>}
          </section>
        </>
      )}
    </main>
  );
}

function Field({ name, hint, value, onInput }: { name: string; hint: string; value: string; onInput: (value: string) => void }): JSX.Element {
  return (
    <label class="field">
      <span class="field-name">{name}</span>
      <input class="input" type="search" autocomplete="off" value={value} onInput={(event) => onInput(event.currentTarget.value)} />
      <span class="field-hint">{hint}</span>
    </label>
  );
}

function Lines({ lines }: { lines: AuditView['lines'] }): JSX.Element {
  const say = words.value.privacy;
  return (
    <ol class="audit-lines">
      {lines.map(({ at, how, user, device, patient, isDisputed, byGlass }, place) => (
        <li key={`${at} ${user.id} ${patient.id} ${place}`} class="audit-line">
          <p><time dateTime={at}>{moment(at, now.value, words.value)}</time></p>
          <p><strong>{user.name}</strong> <span class="muted">{device.name}</span></p>
          <p>{patient.name} <span class="muted">{patient.number !== '' && `${patient.number} · `}{say.ways[how]}</span></p>
          {byGlass && <span class="tag tag-warn">{say.byGlass}</span>}
          {isDisputed && <span class="tag tag-quiet">{say.disputed}</span>}
        </li>
      ))}
    </ol>
  );
}

interface Group {
  readonly id: string;
  readonly name: string;
  readonly times: number;
  readonly others: number;
  readonly last: string;
}

function Groups({ groups, text, onChoose }: { groups: readonly Group[]; text: (times: number, others: number) => string; onChoose: (id: string) => void }): JSX.Element {
  const say = words.value.privacy;
  return (
    <ul class="audit-lines">
      {groups.map(({ id, name, times, others, last }) => (
        <li key={id} class="audit-group">
          <button type="button" class="button button-quiet" aria-label={say.filterBy(name)} onClick={() => onChoose(id)}>{name}</button>
          <span>{text(times, others)} <span class="muted">· {say.last} {moment(last, now.value, words.value)}</span></span>
        </li>
      ))}
    </ul>
  );
}

/** The lines are newest first, and so are the groups. */
function grouped(lines: readonly AuditLine[], of: (line: AuditLine) => { readonly id: string; readonly name: string }, other: (line: AuditLine) => string): readonly Group[] {
  const groups = new Map<string, { name: string; times: number; others: Set<string>; last: string }>();
  for (const line of lines) {
    const { id, name } = of(line);
    const group = groups.get(id) ?? { name, times: 0, others: new Set<string>(), last: line.at };
    group.times += 1;
    group.others.add(other(line));
    groups.set(id, group);
  }
  return [...groups].map(([id, { name, times, others, last }]) => ({ id, name, times, others: others.size, last }));
}

function Troubles({ found }: { found: AuditView }): JSX.Element | null {
  const say = words.value.privacy;
  if (found.troubles.length === 0) return null;
  return (
    <section class="panel" aria-label={say.troubleTitle}>
      <h2>{say.troubleTitle} <span class="count">{found.troubles.length}</span></h2>
      <ul class="findings">
        {found.troubles.map(({ kind, items, user, device, session }) => {
          const isPlain = kind === 'sealed-to-others';
          return (
            <li key={`${session} ${kind}`} class="notice" data-tone={isPlain ? 'plain' : 'question'}>
              <Icon name={isPlain ? 'note' : 'alert'} /> <p>{say.troubles[kind](items, say.on(user ?? say.somebody, device ?? say.someDevice))}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
