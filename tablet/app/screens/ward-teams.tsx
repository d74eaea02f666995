/** Care teams: who is in which, let in and take out, and new ones. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { HintedField } from '../parts/hinted-field.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import type { CouncilView, WardPerson, WardTeam } from '../port-council.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';

export function WardTeams({ view }: { view: CouncilView }): JSX.Element {
  const { working, problem, complain, act } = useActing();
  const [name, setName] = useState('');
  const { teams: say, working: workingText } = words.value.council;
  const add = async (): Promise<void> => {
    if (name.trim() === '') return complain(say.missing);
    if (await act({ do: 'add-team', name: name.trim() }, say.done) !== undefined) setName('');
  };
  return (
    <div class="ward-part">
      <p>{say.text}</p>
      {view.teams.length === 0 && <p class="notice" data-tone="info">{say.none}</p>}
      {view.teams.map((team) => <Team key={team.id} team={team} people={view.people} />)}
      <section class="panel" aria-labelledby="ward-new-team">
        <h2 id="ward-new-team">{say.add}</h2>
        <form
          class="form" noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <HintedField label={say.name} hint="" value={name} onValue={setName} />
          <FormProblem text={problem} />
          <button type="submit" class="button" aria-disabled={working}>{working ? workingText : say.addAction}</button>
        </form>
      </section>
    </div>
  );
}

function Team({ team, people }: { team: WardTeam; people: readonly WardPerson[] }): JSX.Element {
  const { working, problem, act } = useActing();
  const [asking, setAsking] = useState<WardPerson>();
  const [chosen, setChosen] = useState('');
  const { teams: say, working: workingText } = words.value.council;
  const inside = people.filter(({ id }) => team.members.includes(id));
  const outside = people.filter(({ id }) => !team.members.includes(id));
  const heading = `team-${team.id}`;

  return (
    <section class="panel" aria-labelledby={heading}>
      <h2 id={heading}>{team.name} <small class="muted">{say.members(inside.length)}</small></h2>
      {inside.length === 0 ? <p class="muted">{say.empty}</p> : (
        <ul class="ward-rows">
          {inside.map((person) => (
            <li key={person.id} class="ward-line">
              <span>{person.name} <small class="code muted">{person.handle}</small></span>
              <button type="button" class="button button-quiet" aria-label={`${say.takeShort}: ${person.name}, ${team.name}`} onClick={() => setAsking(person)}>{say.takeShort}</button>
            </li>
          ))}
        </ul>
      )}
      <FormProblem text={problem} />
      {outside.length > 0 && (
        <div class="ward-actions">
          <label class="field">
            <span class="field-name">{say.let(team.name)}</span>
            <select class="input" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              <option value="">{say.choose}</option>
              {outside.map((person) => <option key={person.id} value={person.id}>{person.name}</option>)}
            </select>
          </label>
          <button
            type="button" class="button" aria-disabled={working || chosen === ''}
            onClick={() => { if (chosen !== '') void act({ do: 'add-member', team: team.id, user: chosen }, say.done).then(() => setChosen('')); }}
          >
            {working ? workingText : say.letAction}
          </button>
        </div>
      )}
      {asking !== undefined && (
        <Confirm
          title={say.takeTitle(asking.name, team.name)} lines={say.takeText} action={say.takeAction} working={workingText} isDangerous onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            await act({ do: 'remove-member', team: team.id, user: asking.id }, say.done);
            setAsking(undefined);
          }}
        />
      )}
    </section>
  );
}
