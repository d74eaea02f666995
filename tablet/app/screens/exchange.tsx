/** Import of FHIR records, with progress, and a report that names and counts what found no place. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { ScreenHead } from '../parts/screen-head.tsx';
import type { ImportSummary } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { importFile, importState } from '../state/import.ts';
import { words } from '../state/preferences.ts';

export function Exchange(): JSX.Element {
  const port = usePort();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const say = words.value.exchange;
  const progress = port.topics.importing.value;
  const run = importState.value;
  const working = run.state === 'running';
  const problem = missing ? say.missing : run.state === 'failed' ? explain(run.failure, words.value) : '';

  return (
    <main id="content" class="page narrow" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <form
        class="panel" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMissing(file === null);
          if (file !== null) void importFile(port, file);
        }}
      >
        <p>{say.text}</p>
        <div class="file-row">
          <input
            ref={input} class="visually-hidden" type="file" accept=".json,application/json,application/fhir+json" aria-label={say.file} tabIndex={-1}
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0] ?? null);
              setMissing(false);
            }}
          />
          <button type="button" class="button" onClick={() => input.current?.click()}>{say.choose}</button>
          <span class={file === null ? 'muted' : 'file-name'}>
            {file === null ? say.none : `${file.name}, ${fileSize(file.size, words.value.locale)}`}
          </span>
        </div>
        <p class="notice-slot" role="alert">
          {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
        </p>
        <button type="submit" class="button button-primary" aria-disabled={working}>
          <Icon name="upload" /> {working ? say.working : say.start}
        </button>
        {(working || progress !== null) && (
          <div class="progress">
            <progress
              aria-label={say.working} {...(progress === null ? {} : { value: progress.done, max: Math.max(1, progress.total) })}
            />
            <p>{progress === null ? say.working : `${progress.what} · ${say.progress(progress.done, progress.total)}`}</p>
            <p class="muted">{say.keepWorking}</p>
          </div>
        )}
      </form>
      <div role="status">{run.state === 'done' && <Report summary={run.summary} />}</div>
    </main>
  );
}

function Report({ summary }: { summary: ImportSummary }): JSX.Element {
  const say = words.value.exchange;
  const unmapped = Object.entries(summary.unmapped).toSorted(([, a], [, b]) => b - a);
  return (
    <section class="panel">
      <h2>{say.doneTitle}</h2>
      <dl class="figures">
        <Figure name={say.patients} value={summary.patients} />
        <Figure name={say.stays} value={summary.stays} />
        <Figure name={say.created} value={summary.created} />
        <Figure name={say.changed} value={summary.changed} />
        <Figure name={say.unchanged} value={summary.unchanged} />
      </dl>
      <h3>{say.unmappedTitle}</h3>
      {unmapped.length === 0 ? <p class="muted">{say.unmappedNone}</p> : (
        <>
          <p class="muted">{say.unmappedText}</p>
          <table class="table">
            <thead><tr><th scope="col">{say.what}</th><th scope="col" class="number">{say.count}</th></tr></thead>
            <tbody>
              {unmapped.map(([what, count]) => (
                <tr key={what}><td>{what}</td><td class="number">{count.toLocaleString(words.value.locale)}</td></tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function fileSize(bytes: number, locale: string): string {
  const [amount, unit] = bytes < 1_000_000 ? [Math.ceil(bytes / 1_000), 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${amount.toLocaleString(locale, { maximumFractionDigits: 1 })}\u00a0${unit}`;
}

function Figure({ name, value }: { name: string; value: number }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value.toLocaleString(words.value.locale)}</dd>
    </div>
  );
}
