/** Words of unlocking by the ward's devices: who is waited for, who answered falsely, what an old password is still good for. */
import { plural } from './plural.ts';

export const presenceEn = {
  progress: (answered: number, need: number) => `${answered} of ${need} devices have answered; waiting for ${need - answered === 1 ? 'one more' : `${need - answered} more`}.`,
  enough: 'Enough devices have answered. Opening your keys…',
  tooFew: (answered: number, need: number) => `${plural(answered, 'device has', 'devices have')} answered, and ${need} ${need === 1 ? 'is' : 'are'} needed.`,
  list: 'Devices that were asked',
  kinds: { archive: 'Archive', tablet: 'Tablet', bridge: 'Bridge', client: 'Browser', desktop: 'Browser at a desk' },
  outcomes: {
    asked: 'no answer yet', answered: 'answered', dishonest: 'answered falsely', unreachable: 'not in reach', 'device-tries': 'no tries left for this device', tries: 'no tries left', disused: 'helps this browser no more', 'no-share': 'has not been told yet',
  },
  falseNode: (name: string) => `${name} answered falsely. Tell ward IT.`,
  falseNodeText: 'It is broken, or in foreign hands. What it said was not used, and your password is not known to it.',
  old: {
    title: 'Your old password',
    dead: (destroyed: number, all: number) => `The old password is dead on ${destroyed} of ${plural(all, 'device', 'devices')}. It is worthless now, also to somebody with an old copy.`,
    notYet: (destroyed: number, all: number, needed: number) => `The old password is dead on ${destroyed} of ${plural(all, 'device', 'devices')}. It is worthless when ${needed} of them have destroyed their part.`,
    left: (names: string) => `Still to hear of it: ${names}. Switch on what is off.`,
    forEver: 'The old password needed no device of the ward. Whoever has an old copy of one can still try it there. Use it nowhere else.',
    claim: 'This is what the devices say. A device in foreign hands can lie.',
    again: 'Ask again',
    asking: 'Asking the devices…',
  },
};
