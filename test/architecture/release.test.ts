import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, type Metafile } from 'esbuild';
import { COMMAND_LINE } from '../../scripts/build-release.ts';
import { BLIND, opens } from './rules.ts';

const COMMANDS = 'node/cli/commands/';

const { metafile } = await build({ ...COMMAND_LINE, outdir: 'nowhere', write: false, metafile: true, logLevel: 'silent' });

test('KEYS-6: in a release no file that a blind command loads holds anything that opens', () => {
  for (const command of BLIND.filter((path) => path.startsWith(COMMANDS))) {
    const parts = partsOf(metafile, command);
    assert.ok(parts.includes('protocol/codec/bytes.ts'), `${command}: files shared between commands were looked into`);
    assert.deepEqual(parts.filter(opens), [], command);
  }
});

test('KEYS-6: the same look finds what opens in a command that does', () => {
  const parts = partsOf(metafile, `${COMMANDS}show.ts`);
  for (const one of ['protocol/keys/keyring.ts', 'protocol/crypto/sealing/hpke.ts', '@noble/post-quantum']) assert.ok(parts.filter(opens).includes(one), one);
});

/** Sources and packages that are loaded with a command: its own file, those that it imports at once or later, and the program's entry. */
function partsOf({ outputs }: Metafile, command: string): readonly string[] {
  const entryOf = (source: string): string => Object.keys(outputs).find((file) => outputs[file]?.entryPoint === source) ?? assert.fail(`${source} is in no file of its own`);
  const parts = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string, withLater: boolean): void => {
    const output = outputs[file];
    if (output === undefined || seen.has(file)) return;
    seen.add(file);
    for (const [source, { bytesInOutput }] of Object.entries(output.inputs)) if (bytesInOutput > 0) parts.add(source);
    for (const { path, kind, external } of output.imports) {
      if (external === true) parts.add(path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : path.split('/')[0] ?? path);
      else if (withLater || kind === 'import-statement') visit(path, withLater);
    }
  };
  visit(entryOf(command), true);
  // Of the entry only what it loads at once: it names every command, to be loaded when called.
  visit(entryOf('node/cli/main.ts'), false);
  return [...parts];
}
