/** Mots du déverrouillage par les appareils du service, en français. */
import { pluriel } from './plural.ts';
import type { presenceEn } from './presence-en.ts';

export const presenceFr: typeof presenceEn = {
  progress: (answered, need) => `${answered} appareils sur ${need} ont répondu ; il en manque ${need - answered === 1 ? 'un' : need - answered}.`,
  enough: 'Assez d’appareils ont répondu. Ouverture de vos clés…',
  tooFew: (answered, need) => `${pluriel(answered, 'appareil a', 'appareils ont')} répondu ; il en faut ${need}.`,
  list: 'Appareils interrogés',
  kinds: { archive: 'Archive', tablet: 'Tablette', bridge: 'Passerelle', client: 'Navigateur', desktop: 'Navigateur à un bureau' },
  outcomes: {
    asked: 'pas encore de réponse', answered: 'a répondu', dishonest: 'a répondu faux', unreachable: 'hors de portée', 'device-tries': 'plus d’essais pour cet appareil', tries: 'plus d’essais', disused: 'n’aide plus ce navigateur', 'no-share': 'pas encore informé',
  },
  falseNode: (name) => `${name} a répondu faux. Prévenez l’informatique.`,
  falseNodeText: 'Cet appareil est en panne, ou en de mauvaises mains. Sa réponse n’a pas servi, et il ne connaît pas votre mot de passe.',
  old: {
    title: 'Votre ancien mot de passe',
    dead: (destroyed, all) => `L’ancien mot de passe est mort sur ${destroyed} ${all < 2 ? 'appareil' : 'appareils'} sur ${all}. Il ne vaut plus rien, même avec une vieille copie.`,
    notYet: (destroyed, all, needed) => `L’ancien mot de passe est mort sur ${destroyed} ${all < 2 ? 'appareil' : 'appareils'} sur ${all}. Il ne vaudra plus rien quand ${needed} auront détruit leur part.`,
    left: (names) => `Pas encore informés : ${names}. Allumez ceux qui sont éteints.`,
    forEver: 'L’ancien mot de passe se passait des appareils du service. Qui en a une vieille copie peut encore l’y essayer. Ne l’utilisez nulle part ailleurs.',
    claim: 'C’est ce que disent les appareils. Un appareil en de mauvaises mains peut mentir.',
    again: 'Redemander',
    asking: 'Question aux appareils…',
  },
};
