/** What takes two admins: proposals, the recovery quorum, closing the past. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Confirm } from '../parts/confirm.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import type { CouncilView, ProposalRow, ProposedWhat } from '../port-council.ts';
import { now } from '../state/clock.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';
import type { Words } from '../words/en.ts';
import { ago } from '../words/when.ts';

const FEWEST = 2;

export function WardTwo({ view }: { view: CouncilView }): JSX.Element {
  const say = words.value.council.two;
  return (
    <div class="ward-part">
      <p>{say.text}</p>
      <Proposals view={view} />
      <Quorum view={view} />
      <Checkpoint />
    </div>
  );
}

function Proposals({ view }: { view: CouncilView }): JSX.Element {
  const { problem, act } = useActing();
  const [asking, setAsking] = useState<ProposalRow>();
  const all = words.value;
  const { two: say, working: workingText } = all.council;
  return (
    <section class="panel" aria-labelledby="ward-proposals">
      <h2 id="ward-proposals">{say.waiting}</h2>
      {view.proposals.length === 0 ? <p class="muted">{say.none}</p> : (
        <ul class="ward-rows">
          {view.proposals.map((proposal) => (
            <li key={proposal.id}>
              <h3>{proposedText(proposal.action, all)}</h3>
              <p class="muted">{say.by(proposal.by, ago(proposal.at, now.value, all))}</p>
              {proposal.isOwn ? <p class="muted">{say.own}</p> : (
                <>
                  <p class="muted">{say.decline}</p>
                  <button type="button" class="button" onClick={() => setAsking(proposal)}>{say.approve}</button>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <FormProblem text={problem} />
      {asking !== undefined && (
        <Confirm
          title={say.approveTitle} lines={[proposedText(asking.action, all), say.approveText]} action={say.approve} working={workingText} onClose={() => setAsking(undefined)}
          onConfirm={async () => {
            await act({ do: 'approve', proposal: asking.id }, say.approved);
            setAsking(undefined);
          }}
        />
      )}
    </section>
  );
}

function proposedText(action: ProposedWhat, { council: { two: say, roles } }: Words): string {
  switch (action.what) {
    case 'remove-user': return say.remove(action.name);
    case 'set-role': return say.role(action.name, action.role === null ? '' : roles[action.role]);
    case 'set-quorum': return say.quorum(action.threshold, action.names.join(', '));
    case 'checkpoint': return say.checkpoint;
  }
}

function Quorum({ view }: { view: CouncilView }): JSX.Element {
  const { working, problem, complain, act } = useActing();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [threshold, setThreshold] = useState(FEWEST);
  const all = words.value;
  const { two: say, working: workingText } = all.council;
  const name = async (): Promise<void> => {
    if (chosen.length < FEWEST || !(threshold >= FEWEST && threshold <= chosen.length)) return complain(all.failures['bad-quorum']);
    if (await act({ do: 'set-quorum', threshold, holders: chosen }, say.isQuorum(threshold, namesOf(view, chosen))) !== undefined) setChosen([]);
  };
  return (
    <section class="panel" aria-labelledby="ward-quorum">
      <h2 id="ward-quorum">{say.quorumTitle}</h2>
      <p>{say.quorumText}</p>
      <p>{view.quorum === null ? say.noQuorum : say.isQuorum(view.quorum.threshold, view.quorum.names.join(', '))}</p>
      {view.votes.length > 0 && <ul class="people">{view.votes.map((vote) => <li key={`${vote.by} ${vote.for}`}>{say.voted(vote.by, vote.for, ago(vote.at, now.value, all))}</li>)}</ul>}
      {view.isHolder && <Vote view={view} />}
      <form
        class="form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void name();
        }}
      >
        <fieldset class="people-choice">
          <legend class="field-name">{say.choose}</legend>
          {view.people.map(({ id, name: who, handle }) => (
            <label key={id} class="check">
              <input type="checkbox" checked={chosen.includes(id)} onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, id] : chosen.filter((each) => each !== id))} /> {who} <small class="muted">{handle}</small>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span class="field-name">{say.howMany}</span>
          <input
            class="input" type="number" inputMode="numeric" min={FEWEST} max={Math.max(FEWEST, chosen.length)} value={threshold}
            onInput={(event) => setThreshold(event.currentTarget.valueAsNumber || 0)}
          />
        </label>
        <FormProblem text={problem} />
        <button type="submit" class="button" aria-disabled={working}>{working ? workingText : say.setQuorum}</button>
      </form>
    </section>
  );
}

/** For a holder of the quorum, admin or not. */
export function Vote({ view }: { view: CouncilView }): JSX.Element {
  const { working, problem, act } = useActing();
  const [chosen, setChosen] = useState('');
  const { two: say, teams: { choose } } = words.value.council;
  return (
    <div class="ward-actions">
      <label class="field">
        <span class="field-name">{say.vote}</span>
        <select class="input" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">{choose}</option>
          {view.people.filter(({ role }) => role !== 'admin').map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
      <button type="button" class="button" aria-disabled={working || chosen === ''} onClick={() => { if (chosen !== '') void act({ do: 'appoint', user: chosen }, say.voteDone); }}>{say.voteAction}</button>
      <FormProblem text={problem} />
    </div>
  );
}

function Checkpoint(): JSX.Element {
  const { working, problem, act } = useActing();
  const { two: say, working: workingText } = words.value.council;
  return (
    <section class="panel" aria-labelledby="ward-checkpoint">
      <h2 id="ward-checkpoint">{say.checkpointTitle}</h2>
      <p>{say.checkpointText}</p>
      <FormProblem text={problem} />
      <button type="button" class="button" aria-disabled={working} onClick={() => void act({ do: 'checkpoint' }, '')}>{working ? workingText : say.checkpointAction}</button>
    </section>
  );
}

function namesOf({ people }: CouncilView, ids: readonly string[]): string {
  return people.filter(({ id }) => ids.includes(id)).map(({ name }) => name).join(', ');
}
