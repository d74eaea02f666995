/** Words of opening, enrolling, unlocking and locking, in English. */
import { plural } from './plural.ts';

export const accessEn = {
  start: {
    starting: 'Opening the ward…',
    slow: 'This takes longer than usual. What you saved is safe.',
    failedTitle: 'The ward could not be opened',
    failedText: 'What is saved on this device is still there. Start again; if it fails again, tell ward IT.',
    reload: 'Start again',
    revokedTitle: 'This device was removed from the ward',
    revokedText: 'The keys it held are destroyed, and it can show no records. To use it again, ask ward IT for a new code.',
    revokedDrafts: (n: number) => `${plural(n, 'entry was', 'entries were')} typed here and not saved; ${n === 1 ? 'it is' : 'they are'} destroyed too. Write ${n === 1 ? 'it' : 'them'} again on another device.`,
  },

  enrol: {
    title: 'Add this device to a ward',
    text: 'Ward IT makes a one-time code on a device that already belongs to the ward. It works once.',
    label: 'One-time code',
    hint: 'Paste the whole code here.',
    action: 'Add this device',
    working: 'Joining the ward…',
    fromLink: 'The code came with the link. It is no longer in the address bar.',
    missing: 'Enter the code first.',
  },

  unlock: {
    title: 'Unlock',
    heading: 'Unlock the ward',
    thisDevice: 'This device',
    keptDrafts: (n: number) =>
      `${plural(n, 'entry', 'entries')} not saved yet ${n === 1 ? 'is' : 'are'} kept here, sealed, for whoever typed ${n === 1 ? 'it' : 'them'}. Unlock with the same name to go on.`,
    whoIsIt: 'Who is it?',
    startAnew: 'Let this browser in anew',
    startingAnew: 'Making sure that another device has everything…',
    rememberHandles: 'Keep a list of names on this device',
    forgetHandles: 'Clear the list',
    handle: 'Name you log in with',
    password: 'Password',
    show: 'Show password',
    hide: 'Hide password',
    action: 'Unlock',
    working: 'Checking the password…',
    missing: 'Enter your name and your password.',
  },

  top: {
    board: 'Ward board',
    lock: 'Lock',
    draftsBack: (n: number) => `${plural(n, 'entry', 'entries')} you typed before ${n === 1 ? 'is' : 'are'} still here, not saved yet`,
    signedInAs: (name: string, role: string) => `Signed in as ${name} ${role}`,
    menu: 'Your menu',
    toNight: 'Change to night colours',
    toDay: 'Change to day colours',
  },

  lock: {
    soon: 'The ward locks soon, because nobody has touched this device for a while.',
    kept: 'What you typed is kept for you.',
    seconds: (n: number) => `${n} s`,
    stay: 'Stay unlocked',
    over: {
      removed: 'The person who was unlocked here was removed from the ward. What was open is closed.',
      'new-keys': 'The person who was unlocked here was given new keys. Unlock with the temporary password from the admin.',
    },
    changePassword: 'Please change your password.',
    lostDevices: (names: string) => `A device on which you had unlocked was reported lost: ${names}.`,
  },

  roles: {
    admin: 'administrator',
    clinician: 'clinician',
    viewer: 'read only',
    relay: 'relay',
    privacy: 'privacy officer',
  } as Readonly<Record<string, string>>,
};
