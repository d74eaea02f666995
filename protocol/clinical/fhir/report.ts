/**
 * What an import did with everything it was given: nothing is left out without a counted line here.
 */

export interface ImportReport {
  /** Resource type → how many became part of a record or stay. */
  readonly mapped: Readonly<Record<string, number>>;
  /** Resource type, with a reason in brackets where the type as such is mapped → how many were left out. */
  readonly unmapped: Readonly<Record<string, number>>;
  /** Path inside a mapped resource → how many values the clinical model has no place for. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Path, with what is wrong → how many values were not what FHIR R4 says they are. */
  readonly invalid: Readonly<Record<string, number>>;
  /** Path, with what was done → how many values were changed on the way in, such as °F to °C. */
  readonly converted: Readonly<Record<string, number>>;
}

/** The report as one flat list, for people: everything that was not taken over as it was, largest count first. */
export function unmappedLines(report: ImportReport): Readonly<Record<string, number>> {
  const lines = [
    ...Object.entries(report.unmapped),
    ...Object.entries(report.invalid).map(([path, count]): [string, number] => [`${path} — not valid`, count]),
    ...Object.entries(report.dropped).map(([path, count]): [string, number] => [`${path} — no place in the record`, count]),
    ...Object.entries(report.converted),
  ];
  return Object.fromEntries(lines.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** A hostile bundle can invent as many paths as it likes: beyond this many a section counts the rest in one line. */
const LINES_PER_SECTION = 1000;
const LINE_LENGTH = 200;
const OVERFLOW = '(further paths)';

type Section = keyof ImportReport;

/** Counts lines. The `name` of a line is made of type names, field names and reasons, never of a patient's values. */
export class ReportWriter {
  readonly #sections: Record<Section, Map<string, number>> = {
    mapped: new Map(), unmapped: new Map(), dropped: new Map(), invalid: new Map(), converted: new Map(),
  };

  count(section: Section, name: string, times = 1): void {
    const lines = this.#sections[section];
    const line = name.length > LINE_LENGTH ? `${name.slice(0, LINE_LENGTH)}…` : name;
    const key = lines.has(line) || lines.size < LINES_PER_SECTION ? line : OVERFLOW;
    lines.set(key, (lines.get(key) ?? 0) + times);
  }

  finish(): ImportReport {
    const written = (section: Section): Record<string, number> =>
      Object.fromEntries([...this.#sections[section]].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      mapped: written('mapped'), unmapped: written('unmapped'), dropped: written('dropped'), invalid: written('invalid'), converted: written('converted'),
    };
  }
}
