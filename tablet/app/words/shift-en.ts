/** Words about PINs on a shared tablet, in English. */
import { plural } from './plural.ts';

export const shiftEn = {
  failures: {
    'wrong-pin': 'That is not your PIN.',
    'pin-gone': 'This PIN opens nothing any more. Use your password.',
    'pin-no-node': 'This tablet does not answer. Try again in a moment, or use your password.',
    'pin-dishonest': 'This tablet did not answer as it should. Use your password on another device, and tell ward IT.',
    'pin-length': 'A PIN has 6 to 8 digits.',
    'pin-too-easy': 'This PIN is among the first that anybody would try. Choose another.',
    'pin-late': 'A PIN can be set just after unlocking with the password. Lock, unlock with your password, and set it then.',
  },
  offer: {
    title: 'Come back by PIN',
    text: 'Set a PIN for this shift. Then you switch on this tablet in two seconds, also without a network.',
    action: 'Set a PIN',
    notNow: 'Not now',
  },
  set: {
    title: 'A PIN for this shift',
    text: '6 to 8 digits, for this tablet alone. Not a date, not a row of keys, not a PIN of your bank.',
    pin: 'PIN',
    again: 'The same PIN once more',
    differ: 'The two differ. Type the PIN again.',
    next: 'Next',
    action: 'Set this PIN',
    working: 'Setting the PIN…',
    done: 'Your PIN is set',
  },
  panel: {
    title: 'PIN on this tablet',
    until: (when: string) => `You have a PIN here. It opens until ${when}, and goes when the tablet is switched off or you change your password.`,
    none: 'You have no PIN here.',
    action: 'Set a PIN',
    another: 'Set another PIN',
    drop: 'Remove the PIN',
  },
  enter: {
    title: (handle: string) => `PIN of ${handle}`,
    pin: 'PIN',
    keys: 'Keypad',
    erase: 'Erase the last digit',
    action: 'Unlock',
    working: 'Checking the PIN…',
    missing: 'Enter your PIN.',
    typed: (n: number) => plural(n, 'digit', 'digits'),
    left: (n: number) => (n === 1 ? 'One try left, then it takes your password.' : `${n} tries left.`),
    password: 'Use the password',
    hasPin: 'with PIN',
    usedUp: 'That was the last try. Use your password.',
    gone: 'Your PIN is over: its time has passed, or this tablet was switched off or started again. Use your password.',
  },
};
