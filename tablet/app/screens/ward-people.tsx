/** Everybody in the ward: add, remove, change the role, let try again, give new keys. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { HintedField } from '../parts/hinted-field.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import { Icon } from '../parts/icon.tsx';
import type { CouncilAction, CouncilView, Role, WardPerson } from '../port-council.ts';
import { useActing, type Acting } from '../state/council.ts';
import { isFound } from '../state/finding.ts';
import { words } from '../state/preferences.ts';

/** So many are seen at a glance. */
const MANY = 8;

interface Secret {
  readonly name: string;
  readonly password: string;
}

export function WardPeople({ view }: { view: CouncilView }): JSX.Element {
  const acting = useActing();
  const [asking, setAsking] = useState<{ readonly person: WardPerson; readonly what: 'remove' | 'renew' }>();
  const [secret, setSecret] = useState<Secret>();
  const [wanted, setWanted] = useState('');
  const say = words.value.council.people;

  const shown = view.people.filter(({ name, handle, teams }) => isFound([name, handle, ...teams].join(' '), wanted));

  const confirm = async ({ person, what }: NonNullable<typeof asking>): Promise<void> => {
    const done = await acting.act({ do: what === 'remove' ? 'remove-person' : 'renew', user: person.id }, what === 'remove' ? say.removed(person.name) : '');
    setAsking(undefined);
    if (done?.password !== undefined) setSecret({ name: person.name, password: done.password });
  };

  return (
    <div class="ward-part">
      <section class="panel" aria-labelledby="ward-people">
        <h2 id="ward-people">{say.title(view.people.length)}</h2>
        <FormProblem text={acting.problem} />
        {view.people.length > MANY && (
          <label class="field">
            <span class="field-name">{say.find}</span>
            <input class="input" type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
          </label>
        )}
        <p role="status">{shown.length === 0 && say.noneFound}</p>
        <ul class="ward-rows">{shown.map((person) => <Person key={person.id} person={person} acting={acting} onAsk={(what) => setAsking({ person, what })} />)}</ul>
      </section>
      <AddPerson view={view} onAdded={setSecret} />
      {asking !== undefined && (
        <Confirm
          title={asking.what === 'remove' ? say.removeTitle(asking.person.name) : say.renewTitle(asking.person.name)} lines={asking.what === 'remove' ? say.removeText : say.renewText}
          action={asking.what === 'remove' ? say.removeAction : say.renewAction} working={words.value.council.working} isDangerous={asking.what === 'remove'}
          onClose={() => setAsking(undefined)} onConfirm={() => confirm(asking)}
        />
      )}
      {secret !== undefined && (
        <Dialog title={say.passwordTitle(secret.name)} onClose={() => setSecret(undefined)}>
          <p class="recovery-code">{secret.password}</p>
          <p>{say.passwordText}</p>
          <div class="dialog-actions"><button type="button" class="button button-primary" onClick={() => setSecret(undefined)}>{say.passwordDone}</button></div>
        </Dialog>
      )}
    </div>
  );
}

function Person({ person, acting, onAsk }: { person: WardPerson; acting: Acting; onAsk: (what: 'remove' | 'renew') => void }): JSX.Element {
  const [role, setRole] = useState<Role>(person.role);
  const { people: say, roles } = words.value.council;
  const { name, handle, teams, isSelf, isTemporary, byPasswordAlone } = person;
  return (
    <li class="person">
      <h3>{name} {isSelf && <span class="tag tag-quiet">{say.you}</span>}</h3>
      <p class="muted">{roles[person.role]}</p>
      <p class="muted code">{handle}</p>
      <p class="muted">{teams.length === 0 ? say.noTeam : say.inTeams(teams.join(', '))}</p>
      {(isTemporary || byPasswordAlone) && (
        <p class="person-tags">
          {isTemporary && <span class="tag">{say.temporary}</span>}
          {byPasswordAlone && <span class="tag tag-quiet">{say.byPassword}</span>}
        </p>
      )}
      <details>
        <summary>{say.change(name)}</summary>
        <div class="ward-actions">
          <label class="field">
            <span class="field-name">{say.role}</span>
            <select class="input" value={role} onChange={(event) => setRole(ROLES.find((each) => each === event.currentTarget.value) ?? person.role)}>
              {ROLES.map((each) => <option key={each} value={each}>{roles[each]}</option>)}
            </select>
          </label>
          <button type="button" class="button" aria-disabled={acting.working || role === person.role} onClick={() => { if (role !== person.role) void acting.act({ do: 'set-role', user: person.id, role }, say.roleDone(name)); }}>{say.setRole}</button>
          <button type="button" class="button" aria-disabled={acting.working} onClick={() => void acting.act({ do: 'reset-tries', user: person.id }, say.triesDone(name))}>{say.tries}</button>
          {!isSelf && person.role !== 'admin' && <button type="button" class="button" onClick={() => onAsk('renew')}>{say.renew}</button>}
          {!isSelf && <button type="button" class="button button-danger" onClick={() => onAsk('remove')}>{say.remove}</button>}
        </div>
      </details>
    </li>
  );
}

const ROLES: readonly Role[] = ['viewer', 'clinician', 'admin', 'privacy'];
type FirstRole = Extract<CouncilAction, { do: 'add-person' }>['role'];
const FIRST_ROLES: readonly FirstRole[] = ['clinician', 'viewer', 'privacy'];

function AddPerson({ view, onAdded }: { view: CouncilView; onAdded: (secret: Secret) => void }): JSX.Element {
  const { working, problem, complain, act } = useActing();
  const [name, setName] = useState('');
  const [handle, setHandle] = useState('');
  const [role, setRole] = useState<FirstRole>('clinician');
  const [teams, setTeams] = useState<readonly string[]>([]);
  const { people: say, roles, working: workingText } = words.value.council;

  const add = async (): Promise<void> => {
    if (name.trim() === '' || handle.trim() === '') return complain(say.missing);
    const done = await act({ do: 'add-person', name: name.trim(), handle: handle.trim().toLowerCase(), role, teams }, '');
    if (done?.password === undefined) return;
    onAdded({ name: name.trim(), password: done.password });
    setName('');
    setHandle('');
    setTeams([]);
  };
  return (
    <section class="panel" aria-labelledby="ward-add">
      <h2 id="ward-add">{say.add}</h2>
      <form
        class="form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <HintedField label={say.name} hint={say.nameHint} value={name} onValue={setName} />
        <HintedField label={say.handle} hint={say.handleHint} value={handle} onValue={setHandle} />
        <label class="field">
          <span class="field-name">{say.role}</span>
          <select class="input" value={role} onChange={(event) => setRole(FIRST_ROLES.find((each) => each === event.currentTarget.value) ?? 'clinician')}>
            {FIRST_ROLES.map((each) => <option key={each} value={each}>{roles[each]}</option>)}
          </select>
        </label>
        {view.teams.length > 0 && (
          <fieldset class="people-choice">
            <legend class="field-name">{say.teams}</legend>
            {view.teams.map((team) => (
              <label key={team.id} class="check">
                <input
                  type="checkbox" checked={teams.includes(team.id)}
                  onChange={(event) => setTeams(event.currentTarget.checked ? [...teams, team.id] : teams.filter((id) => id !== team.id))}
                /> {team.name}
              </label>
            ))}
          </fieldset>
        )}
        <FormProblem text={problem} />
        <button type="submit" class="button button-primary" aria-disabled={working}><Icon name="userPlus" /> {working ? workingText : say.addAction}</button>
      </form>
    </section>
  );
}
