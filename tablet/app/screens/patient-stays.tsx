/** The patient's stays, newest first, and the export of the whole record. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { StayItem } from '../parts/stay-item.tsx';
import type { PatientView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { download } from '../state/download.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';

export function Stays({ view }: { view: PatientView }): JSX.Element {
  const say = words.value.stays;
  return (
    <div class="stays-tab">
      <section class="panel">
        <h2>{say.title}</h2>
        {view.stays.length === 0 ? <p class="empty-line">{say.empty}</p> : (
          <ol class="lines">
            {view.stays.map((stay) => <StayItem key={stay.stay} patient={view.person.patient} stay={stay} />)}
          </ol>
        )}
      </section>
      <ExportPanel patient={view.person.patient} />
    </div>
  );
}

function ExportPanel({ patient }: { patient: string }): JSX.Element {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const say = words.value.stays;

  const exportRecord = async (): Promise<void> => {
    setWorking(true);
    const reply = await port.request('exportFhir', { patient });
    setWorking(false);
    if (!reply.ok) {
      toast(explain(reply.failure, words.value), 'failed');
      return;
    }
    download(reply.result.fileName, reply.result.json);
    toast(say.exported(reply.result.fileName));
  };

  return (
    <section class="panel">
      <h2>{say.exportTitle}</h2>
      <p>{say.exportText}</p>
      <button type="button" class="button" aria-disabled={working} onClick={() => { if (!working) void exportRecord(); }}>
        <Icon name="download" /> {working ? say.exporting : say.exportAction}
      </button>
    </section>
  );
}
