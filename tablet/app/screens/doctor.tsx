/** What the doctor found: what somebody has to do, what is good to know, and who can open what. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { findingText } from '../../../protocol/chart/doctor-words.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { Examination } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';

export function Doctor(): JSX.Element {
  const port = usePort();
  const [found, setFound] = useState<Examination>();
  const [problem, setProblem] = useState('');
  const say = words.value.doctor;
  const look = async (): Promise<void> => {
    const reply = await port.request('doctor', {});
    if (reply.ok) setFound(reply.result);
    setProblem(reply.ok ? '' : explain(reply.failure, words.value));
  };
  useEffect(() => void look(), []);

  const findings = found?.findings ?? [];
  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text}</p>
      <Problem text={problem} />
      {found === undefined ? <p role="status">{words.value.loading}</p> : (
        <div class="doctor">
          {findings.length === 0 && <p class="notice" role="status"><Icon name="check" /> {say.nothing}</p>}
          <Findings title={say.act} found={findings.filter(({ needsPerson }) => needsPerson)} tone="question" />
          <Findings title={say.know} found={findings.filter(({ needsPerson }) => !needsPerson)} tone="plain" />
          <Teams teams={found.teams} />
          <button type="button" class="button" onClick={() => void look()}><Icon name="sync" /> {say.again}</button>
        </div>
      )}
    </main>
  );
}

function Findings({ title, found, tone }: { title: string; found: Examination['findings']; tone: 'question' | 'plain' }): JSX.Element | null {
  if (found.length === 0) return null;
  return (
    <section class="panel" aria-label={title}>
      <h2>{title} <span class="count">{found.length}</span></h2>
      <ul class="findings">
        {found.map((finding) => {
          const text = findingText(finding, words.value.doctor.findings);
          return <li key={text} class="notice" data-tone={tone}><Icon name={tone === 'question' ? 'alert' : 'note'} /> <p>{text}</p></li>;
        })}
      </ul>
    </section>
  );
}

function Teams({ teams }: { teams: Examination['teams'] }): JSX.Element {
  const say = words.value.doctor;
  return (
    <section class="panel" aria-label={say.teams}>
      <h2>{say.teams}</h2>
      <table class="table">
        <thead><tr><th scope="col">{say.team}</th><th scope="col" class="number">{say.patients}</th><th scope="col">{say.people}</th></tr></thead>
        <tbody>
          {teams.map(({ name, isBuiltIn, patients, canOpen, waiting }) => (
            <tr key={name}>
              <th scope="row">{isBuiltIn === undefined ? name : say.builtIn[isBuiltIn]}</th>
              <td class="number">{patients}</td>
              <td>{canOpen.length === 0 ? say.nobody : canOpen.join(', ')}{waiting.length > 0 && <> <small class="muted">{say.waiting(waiting.join(', '))}</small></>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
