import { certificateEnd } from '../../../protocol/authority/certificate-end.ts';
import { examine, type Examination, type PeerSight } from '../../../protocol/chart/doctor.ts';
import { doctorWords, findingText } from '../../../protocol/chart/doctor-words.ts';
import { realClock } from '../../device/real-environment.ts';
import type { RunningDevice } from '../../device/running-device.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';

export const doctor: Command = {
  words: ['doctor'],
  summary: 'Say who can open what, and what somebody has to see to.',
  options: CLIENT_OPTIONS,
  about: `Reads what is here, and changes nothing but what every unlock of an admin does: it passes on keys that are owed. Exit code 1 when
something needs a person, so that a program can ask every morning. Of teams that you are not in, the number of patients is not known here.`,
  async run(args, io) {
    const { examination } = await withClient(args, io, async ({ session, chart, device }) => {
      await session.members.settleOwed();
      const offline = args.flag('offline');
      const oldPassword = offline ? 'none' : await session.oldPassword();
      return { examination: examine({ session, chart, replica: device.replica, peers: offline ? [] : peersOf(device), now: realClock.now(), certificateEnd, oldPassword }) };
    });
    io.result({ ...examination, healthy: !examination.findings.some(({ needsPerson }) => needsPerson) }, shown(examination));
    const owed = examination.findings.filter(({ needsPerson }) => needsPerson).length;
    if (owed > 0) throw new CommandFailed(owed === 1 ? '1 thing needs a person' : `${owed} things need a person`);
  },
};

function peersOf({ host, alarms }: RunningDevice): readonly PeerSight[] {
  return host.peers().map(({ device, link, lastContact }): PeerSight => {
    const raised = alarms.of(device);
    const skew = raised.find((alarm) => alarm.type === 'clock-skew');
    return {
      device, connected: link !== undefined, lastContact, clockSkew: skew?.milliseconds,
      alarms: raised.flatMap(({ type }) => (type === 'clock-skew' ? [] : [type])),
    };
  });
}

function shown({ teams, findings }: Examination): string {
  return [
    'Who can open what:',
    ...teams.map(({ name, canOpen, patients, documents }) =>
      `  ${name.padEnd(24)} ${patients} patients, ${documents} documents: ${canOpen.length === 0 ? 'nobody' : canOpen.join(', ')}`),
    ...(findings.length === 0 ? ['Nothing needs anybody.'] : findings.map((finding) => `${finding.needsPerson ? '!' : '-'} ${findingText(finding, doctorWords)}`)),
  ].join('\n');
}
