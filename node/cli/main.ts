#!/usr/bin/env -S npx tsx
/**
 * The command line `wardsync`. Each command is loaded only when it is called, so that the blind ones (archive, tablet,
 * bridge, backup) never load what opens data.
 */
import { readFileSync } from 'node:fs';
import { CommandFailed, helpOf, parseCommand, UsageError, usageOf, type Command } from './command.ts';
import { systemCode } from '../device/system-error.ts';
import { terminalIo } from './terminal-io.ts';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  pair: async () => (await import('./commands/pair.ts')).pair,
  join: async () => (await import('./commands/join.ts')).join,
  archive: async () => (await import('./commands/archive.ts')).archive,
  tablet: async () => (await import('./commands/tablet.ts')).tablet,
  bridge: async () => (await import('./commands/bridge.ts')).bridge,
  'user add': async () => (await import('./commands/user-add.ts')).userAdd,
  'user holders': async () => (await import('./commands/user-holders.ts')).userHolders,
  'user kit': async () => (await import('./commands/user-kit.ts')).userKit,
  'user password': async () => (await import('./commands/user-password.ts')).userPassword,
  'user remove': async () => (await import('./commands/user-remove.ts')).userRemove,
  'user renew': async () => (await import('./commands/user-renew.ts')).userRenew,
  'user reset-tries': async () => (await import('./commands/user-reset-tries.ts')).userResetTries,
  'user role': async () => (await import('./commands/user-role.ts')).userRole,
  policy: async () => (await import('./commands/policy.ts')).policy,
  'policy set': async () => (await import('./commands/policy-set.ts')).policySet,
  proposals: async () => (await import('./commands/proposals.ts')).proposals,
  approve: async () => (await import('./commands/approve.ts')).approve,
  checkpoint: async () => (await import('./commands/checkpoint.ts')).checkpoint,
  'quorum set': async () => (await import('./commands/quorum-set.ts')).quorumSet,
  'quorum vote': async () => (await import('./commands/quorum-vote.ts')).quorumVote,
  review: async () => (await import('./commands/review.ts')).review,
  'review accept': async () => (await import('./commands/review-settle.ts')).reviewAccept,
  'review decline': async () => (await import('./commands/review-settle.ts')).reviewDecline,
  recover: async () => (await import('./commands/recover.ts')).recover,
  'recovery list': async () => (await import('./commands/recovery-list.ts')).recoveryList,
  'recovery release': async () => (await import('./commands/recovery-release.ts')).recoveryRelease,
  'team add': async () => (await import('./commands/team-add.ts')).teamAdd,
  'team grant': async () => (await import('./commands/team-grant.ts')).teamGrant,
  'team share': async () => (await import('./commands/team-share.ts')).teamShare,
  'team leave': async () => (await import('./commands/team-leave.ts')).teamLeave,
  'device lost': async () => (await import('./commands/device-lost.ts')).deviceLost,
  'device remove': async () => (await import('./commands/device-remove.ts')).deviceRemove,
  'import-fhir': async () => (await import('./commands/import-fhir.ts')).importFhir,
  'export-fhir': async () => (await import('./commands/export-fhir.ts')).exportFhir,
  audit: async () => (await import('./commands/audit.ts')).audit,
  show: async () => (await import('./commands/show.ts')).show,
  'break-glass': async () => (await import('./commands/break-glass.ts')).breakGlass,
  glass: async () => (await import('./commands/glass.ts')).glass,
  'glass end': async () => (await import('./commands/glass-end.ts')).glassEnd,
  'glass review': async () => (await import('./commands/glass-review.ts')).glassReview,
  certificate: async () => (await import('./commands/certificate.ts')).certificate,
  backup: async () => (await import('./commands/backup.ts')).backup,
  backups: async () => (await import('./commands/backups.ts')).backups,
  'backups check': async () => (await import('./commands/backups-check.ts')).backupsCheck,
  'backups destroyed': async () => (await import('./commands/backups-destroyed.ts')).backupsDestroyed,
  erase: async () => (await import('./commands/erase.ts')).erase,
  erasures: async () => (await import('./commands/erasures.ts')).erasures,
  restore: async () => (await import('./commands/restore.ts')).restore,
  verify: async () => (await import('./commands/verify.ts')).verify,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  status: async () => (await import('./commands/status.ts')).status,
};

// Whoever reads has read enough, as in `wardsync show | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (systemCode(error) === 'EPIPE') process.exit();
    throw error;
  });
}
process.on('uncaughtException', (error) => {
  process.stderr.write(`wardsync: ${faultLine(error)}\n`);
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === undefined || argv[0] === '--help' || argv[0] === 'help') {
    process.stdout.write(`${await overview()}\n`);
    return argv[0] === undefined ? 2 : 0;
  }
  if (argv[0] === '--version') {
    const { version }: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const io = terminalIo(argv.includes('--json'));
  // Own names alone: 'constructor' is no command.
  const name = [argv.slice(0, 2).join(' '), argv[0]].find((words) => Object.hasOwn(COMMANDS, words));
  const load = name === undefined ? undefined : COMMANDS[name];
  if (load === undefined) {
    const group = Object.keys(COMMANDS).filter((words) => words.startsWith(`${argv[0]} `));
    io.complain(group.length > 0 ? `say which: ${group.join(', ')}` : `no command '${argv[0]}'; 'wardsync help' lists them`);
    return 2;
  }
  const command = await load();
  // Timers of the real environment keep no process alive, and a command may wait for nothing else.
  const alive = setInterval(() => {}, 60_000);
  try {
    const args = parseCommand(command, argv.slice(command.words.length));
    if (args.flag('help')) process.stdout.write(`${helpOf(command)}\n`);
    else await command.run(args, io);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) io.complain(`${command.words.join(' ')}: ${error.message}`, `usage: wardsync ${usageOf(command)}; --help says more`);
    else io.complain(error instanceof CommandFailed ? error.message : faultLine(error));
    return error instanceof UsageError ? 2 : 1;
  } finally {
    clearInterval(alive);
  }
}

/** A bug. The message may quote what was being worked on, so only the error's kind and place are shown. */
function faultLine(error: unknown): string {
  const [, file = '', line = ''] = /([\w.-]+\.[jt]s):(\d+)/.exec(error instanceof Error ? error.stack?.replace(error.message, '') ?? '' : '') ?? [];
  return `a fault in the program (${error instanceof Error ? error.name : 'unknown'}${file === '' ? '' : `, ${file} line ${line}`}); what was saved is saved. Please report it`;
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map(({ words }) => words.join(' ').length)) + 2;
  return [
    'wardsync COMMAND [options]', '',
    'Patient records on the ward\'s own network: encrypted end to end, offline first, no internet.', '',
    ...commands.map(({ words, summary }) => `  ${words.join(' ').padEnd(width)}${summary}`),
    '', "'wardsync COMMAND --help' explains one. Exit codes: 0 done, 1 failed, 2 usage, 130 and 143 interrupted.",
  ].join('\n');
}
