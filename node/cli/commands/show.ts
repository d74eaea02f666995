import { bedCards } from '../../../protocol/clinical/views.ts';
import type { Chart, NotShown } from '../../../protocol/chart/chart.ts';
import { openFile } from '../../../protocol/chart/openings.ts';
import { recorded } from '../audit.ts';
import { realClock } from '../../device/real-environment.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { patientNamed } from '../patients.ts';

export const show: Command = {
  words: ['show'],
  summary: 'Show the ward board, or one patient, as far as you may open it.',
  positionals: ['PATIENT'],
  optional: true,
  options: CLIENT_OPTIONS,
  about: "With PATIENT (id or record number), the patient's documents; the plain text form is for people, --json for programs.\nThat you opened it is recorded for the ward's privacy officers.",
  async run(args, io) {
    const [name] = args.positionals;
    const shown = await withClient(args, io, async ({ session, chart }) => {
      if (name === undefined) return board(chart);
      const id = patientNamed(chart, name);
      await recorded(openFile(session, chart, { patient: id, stays: 'all', how: 'screen' }));
      return patientShown(chart, id);
    });
    io.result(shown.value, shown.text);
  },
};

export interface Shown {
  readonly value: unknown;
  readonly text: string;
}

function board(chart: Chart): Shown {
  const now = realClock.now();
  const cards = bedCards([...chart.admissions()], { now, dayStart: now - (now % 86_400_000) }, chart.wardIndex());
  const inBeds = new Set(cards.map(({ patient: id }) => id));
  const others = [...chart.patients()].filter(({ id }) => !inBeds.has(id)).map(({ id, record }) => ({ patient: id, family: record.name.family, given: record.name.given, identifiers: record.identifiers }));
  const lines = cards.map(({ bed, family, given, age, news, patient: id }) =>
    `${(bed ?? '–').padEnd(5)} ${`${family}, ${given}`.padEnd(36)} ${String(age ?? '').padStart(3)}  NEWS2 ${news === undefined ? '–' : news.score}  ${id.slice(0, 8)}`);
  const rest = others.map(({ family, given, patient: id }) => `      ${`${family}, ${given}`.padEnd(36)}               ${id.slice(0, 8)}`);
  const waiting = chart.waiting();
  const setAside = chart.setAside();
  return {
    value: { beds: cards, others, waiting, setAside },
    text: [
      `${cards.length} patients on the ward, ${others.length} others.`, ...lines, ...rest,
      ...(waiting > 0 ? [`${waiting} documents are closed to you: they are another team's, or their key has not arrived yet.`] : []),
      ...notShownLines(setAside),
    ].join('\n'),
  };
}

/** All that is open of one patient. */
export function patientShown(chart: Chart, id: string): Shown {
  const record = chart.patient(id);
  const stays = Object.values(record?.stays ?? {}).flatMap(({ document }) => chart.stay(document) ?? []);
  const setAside = chart.setAside(id);
  return { value: { id, record, stays, setAside }, text: [JSON.stringify({ id, record, stays }, null, 2), ...notShownLines(setAside)].join('\n') };
}

/** One line for each author and reason. */
export function notShownLines(setAside: readonly NotShown[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { by, why, reason, entries } of setAside) {
    const what = `by ${by ?? 'somebody unknown'} ${BECAUSE[why]} (${reason})`;
    counts.set(what, (counts.get(what) ?? 0) + entries);
  }
  return [...counts].map(([what, count]) => `Not shown: ${count} ${count === 1 ? 'entry' : 'entries'} ${what}.`);
}

const BECAUSE: Readonly<Record<NotShown['why'], string>> = {
  review: 'written before their removal was known here, waiting for review',
  incomplete: 'resting on work that is missing here',
  unreadable: 'that could not be read',
};
