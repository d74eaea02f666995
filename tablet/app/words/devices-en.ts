/** The screens about devices and what needs somebody, in English. */
import { doctorWords } from '../../../protocol/chart/doctor-words.ts';

export const devicesEn = {
  title: 'Devices of the ward',
  text: 'A device that is lost or stolen is shut out with one button: no other device talks to it any more, keys it could reach are changed, and it destroys what it holds when it hears of it.',
  thisOne: 'This device',
  keys: { held: 'The browser keeps its key to itself.', stored: 'Its key lies in the browser’s storage: this browser cannot keep one to itself.' },
  connected: 'Connected',
  lastSeen: (when: string) => `Last seen ${when}`,
  neverSeen: 'Not seen from here',
  usedBy: (names: string) => `Used by ${names}`,
  notUsed: 'Nobody has unlocked here',
  lost: 'Report as lost',
  lostFor: (name: string) => `Report as lost: ${name}`,
  confirmTitle: (name: string) => `Shut out ${name}?`,
  confirm: [
    'No other device of the ward talks to it any more.',
    'What was written there and has arrived elsewhere stays; what has not is kept aside for review.',
    'The teams of everybody who unlocked there get new keys, and these people are asked to change their passwords.',
    'When it hears of it, it destroys what it holds. It can only come back as a new device.',
  ],
  confirmAction: 'Yes, it is lost',
  working: 'Shutting it out…',
  done: (name: string) => `${name} is shut out.`,
  doneUsers: (names: string) => `Ask these people to change their passwords: ${names}.`,
};

export const doctorEn = {
  title: 'What needs somebody',
  text: 'Who can open what, and what somebody has to see to before it hurts.',
  nothing: 'Nothing needs anybody.',
  act: 'To be done',
  know: 'Good to know',
  teams: 'Who can open what',
  team: 'Team',
  patients: 'Patients',
  people: 'People',
  nobody: 'Nobody',
  waiting: (names: string) => `waiting: ${names}`,
  builtIn: { everyone: 'Everyone (names, ward list)', admins: 'Admins' },
  again: 'Look again',
  findings: doctorWords,
};
