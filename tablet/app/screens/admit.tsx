/** Somebody known comes to the ward: bed, reason, time. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { AdmissionFields } from '../parts/admission-fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { explain, usePort } from '../state/app.ts';
import { admissionDraft, clearAdmissionDraft, setAdmissionDraft } from '../state/drafts.ts';
import { words } from '../state/preferences.ts';
import { go, href } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import { readAdmission } from '../vitals/person-draft.ts';
import { OpenPatient, PatientHead } from './patient.tsx';

export function Admit({ patient, canWrite }: { patient: string; canWrite: boolean }): JSX.Element {
  return (
    <OpenPatient patient={patient}>
      {(view) => (
        <>
          <PatientHead view={view} back={href({ screen: 'patient', patient, tab: 'overview' })} backLabel={words.value.back} />
          {!canWrite ? <p class="empty">{words.value.failures['not-allowed']}</p>
            : view.card !== undefined ? <p class="empty">{words.value.admit.already}</p>
              : <Form patient={patient} />}
        </>
      )}
    </OpenPatient>
  );
}

function Form({ patient }: { patient: string }): JSX.Element {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const draft = admissionDraft(patient);
  const say = words.value.admit;

  const save = async (): Promise<void> => {
    const admission = readAdmission(draft, Date.now());
    if (admission === null) {
      setProblem(words.value.when.future);
      return;
    }
    setWorking(true);
    setProblem('');
    const reply = await port.request('admit', { patient, admission });
    setWorking(false);
    if (!reply.ok) {
      setProblem(explain(reply.failure, words.value));
      return;
    }
    clearAdmissionDraft(patient);
    toast(say.done(admission.bed));
    go({ screen: 'patient', patient, tab: 'overview' });
  };

  return (
    <form
      class="panel person-form" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void save();
      }}
    >
      <h2>{say.title}</h2>
      <AdmissionFields draft={draft} change={(part) => setAdmissionDraft(patient, { ...draft, ...part })} />
      <p class="notice-slot" role="alert">
        {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
      </p>
      <div class="form-end">
        <a class="button" href={href({ screen: 'patient', patient, tab: 'overview' })}>{words.value.cancel}</a>
        <button type="submit" class="button button-primary" aria-disabled={working}><Icon name="enter" /> {working ? say.saving : say.save}</button>
      </div>
    </form>
  );
}
