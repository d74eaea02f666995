/**
 * What a command of `wardsync` is: options declared once, from which parsing and help follow; a result that is shown to
 * people or as JSON; exit codes 0 done, 1 failed, 2 usage.
 */
import { parseArgs } from 'node:util';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help, e.g. `FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly default?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  /** An option that is required or has a default. */
  must(name: string): string;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

export interface Command {
  /** Words of the command, e.g. `['user', 'add']`. */
  readonly words: readonly string[];
  readonly summary: string;
  /** Positional arguments as shown in the help, e.g. `CODE`. */
  readonly positionals?: readonly string[];
  /** More of the last positional are welcome. */
  readonly variadic?: boolean;
  /** The last positional may be left out. */
  readonly optional?: boolean;
  readonly options: OptionSpecs;
  /** Paragraphs for `--help`. */
  readonly about?: string;
  run(args: Arguments, io: CommandIo): Promise<void>;
}

/** How a command talks: results on standard output, everything else on standard error. */
export interface CommandIo {
  readonly json: boolean;
  /** The result: `value` with `--json`, `text` otherwise. */
  result(value: unknown, text: string): void;
  /** A line that says what is going on; silent with `--json`. */
  say(line: string): void;
  /** Progress of long work; `total` undefined where nobody knows. Rewrites one line on a terminal, a line now and then elsewhere. */
  progress(done: number, total: number | undefined, what: string): void;
  /**
   * Resolves when the user asks to stop (Ctrl-C, SIGTERM). For commands that run until then: whoever has asked for it ends
   * by itself; every other command is ended at once.
   */
  readonly stopped: Promise<void>;
  /** From `--password-file`, the environment, or a prompt without echo; never from an argument. */
  password(args: Arguments, question: string, options?: { readonly fresh?: boolean; readonly option?: string; readonly variable?: string }): Promise<string>;
}

/** Something the user can mend: one line, exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const COMMON_OPTIONS: OptionSpecs = {
  help: { type: 'boolean', help: 'show this help' },
  json: { type: 'boolean', help: 'print the result as JSON' },
};

export function parseCommand(command: Command, argv: readonly string[]): Arguments {
  const specs = { ...command.options, ...COMMON_OPTIONS };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, { type: spec.type, ...(spec.multiple === true && { multiple: true }) }])),
    });
  } catch (error) {
    throw new UsageError(whatIsWrong(argv, specs, error));
  }
  const { values, positionals } = parsed;
  const text = (name: string): string | undefined => {
    const value = values[name] ?? specs[name]?.default;
    return typeof value === 'string' ? value : undefined;
  };
  const args: Arguments = {
    positionals,
    text,
    must: (name) => {
      const value = text(name);
      if (value === undefined) throw new UsageError(`--${name} is missing`);
      return value;
    },
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
    },
    flag: (name) => values[name] === true,
  };
  if (!args.flag('help')) checkPresence(command, args);
  return args;
}

export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const left = options.map(([name, { type, value }]) => `  --${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`);
  const width = Math.max(...left.map((text) => text.length)) + 2;
  const lines = options.map(([, spec], index) => {
    const extra = [spec.required === true ? 'required' : '', spec.default === undefined ? '' : `default ${spec.default}`].filter(Boolean).join('; ');
    return `${(left[index] ?? '').padEnd(width)}${spec.help}${extra === '' ? '' : ` (${extra})`}`;
  });
  return [
    `wardsync ${usageOf(command)}`, '', command.summary, ...(command.about === undefined ? [] : ['', command.about]), '', 'Options', ...lines,
  ].join('\n');
}

export function usageOf({ words, positionals = [], variadic = false, optional = false }: Command): string {
  const shown = positionals.map((name, index) => (index < positionals.length - 1 ? name : `${optional ? '[' : ''}${name}${variadic ? '…' : ''}${optional ? ']' : ''}`));
  return [...words, ...shown, '[options]'].join(' ');
}

/** Of what `parseArgs` refuses, in one line, and without the value: somebody may have typed a password there. */
function whatIsWrong(argv: readonly string[], specs: OptionSpecs, error: unknown): string {
  const name = /'(?:-\w, )?(--?[^\s'=]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? argv.find((word) => word.startsWith('-')) ?? '';
  const spec = specs[name.replace(/^--/, '')];
  if (/^--?(?:pass|pw|secret)/.test(name) && spec === undefined) return 'a password is never an argument, where everybody can read it: use --password-file, WARDSYNC_PASSWORD, or the prompt';
  if (spec === undefined) return `there is no option ${name}`;
  return spec.type === 'boolean' ? `${name} takes no value` : `${name} takes a value: ${name} ${spec.value ?? 'VALUE'}`;
}

function checkPresence({ positionals = [], variadic = false, optional = false, options }: Command, args: Arguments): void {
  const given = args.positionals.length;
  if (given < positionals.length - (optional ? 1 : 0)) throw new UsageError(`${positionals[given] ?? 'argument'} is missing`);
  if (given > positionals.length && !variadic) throw new UsageError(positionals.length === 0 ? 'takes no arguments, only options' : `takes ${positionals.join(' ')} and nothing more; quote what has spaces`);
  for (const [name, spec] of Object.entries(options)) if (spec.required === true) args.must(name);
}
