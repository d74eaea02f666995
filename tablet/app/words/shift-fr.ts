/** Les mots des codes PIN sur une tablette partagée, en français ; même forme que `shift-en.ts`. */
import { pluriel } from './plural.ts';
import type { shiftEn } from './shift-en.ts';

export const shiftFr: typeof shiftEn = {
  failures: {
    'wrong-pin': 'Ce n’est pas votre code PIN.',
    'pin-gone': 'Ce code PIN n’ouvre plus rien. Utilisez votre mot de passe.',
    'pin-no-node': 'Cette tablette ne répond pas. Réessayez dans un instant, ou utilisez votre mot de passe.',
    'pin-dishonest': 'Cette tablette n’a pas répondu comme elle devrait. Utilisez votre mot de passe sur un autre appareil, et prévenez le service informatique.',
    'pin-length': 'Un code PIN a 6 à 8 chiffres.',
    'pin-too-easy': 'Ce code PIN est parmi les premiers que l’on essaierait. Choisissez-en un autre.',
    'pin-late': 'Un code PIN se choisit juste après le déverrouillage par mot de passe. Verrouillez, déverrouillez avec votre mot de passe, puis choisissez-le.',
  },
  offer: {
    title: 'Revenir par code PIN',
    text: 'Choisissez un code PIN pour cette garde. Vous changez alors d’utilisateur sur cette tablette en deux secondes, même sans réseau.',
    action: 'Choisir un code PIN',
    notNow: 'Pas maintenant',
  },
  set: {
    title: 'Un code PIN pour cette garde',
    text: '6 à 8 chiffres, pour cette tablette seule. Ni une date, ni une rangée de touches, ni le code de votre banque.',
    pin: 'Code PIN',
    again: 'Le même code PIN encore une fois',
    differ: 'Les deux codes sont différents. Tapez-le à nouveau.',
    next: 'Suivant',
    action: 'Choisir ce code PIN',
    working: 'Enregistrement du code PIN…',
    done: 'Votre code PIN est enregistré',
  },
  panel: {
    title: 'Code PIN sur cette tablette',
    until: (when) => `Vous avez un code PIN ici. Il ouvre jusqu’à ${when}, et disparaît quand la tablette est éteinte ou que vous changez de mot de passe.`,
    none: 'Vous n’avez pas de code PIN ici.',
    action: 'Choisir un code PIN',
    another: 'Choisir un autre code PIN',
    drop: 'Supprimer le code PIN',
  },
  enter: {
    title: (handle) => `Code PIN de ${handle}`,
    pin: 'Code PIN',
    keys: 'Clavier',
    erase: 'Effacer le dernier chiffre',
    action: 'Déverrouiller',
    working: 'Vérification du code PIN…',
    missing: 'Entrez votre code PIN.',
    typed: (n) => pluriel(n, 'chiffre', 'chiffres'),
    left: (n) => (n === 1 ? 'Il reste un essai, ensuite il faudra votre mot de passe.' : `Il reste ${n} essais.`),
    password: 'Utiliser le mot de passe',
    hasPin: 'avec code PIN',
    usedUp: 'C’était le dernier essai. Utilisez votre mot de passe.',
    gone: 'Votre code PIN n’est plus valable : son temps est passé, ou cette tablette a été éteinte ou redémarrée. Utilisez votre mot de passe.',
  },
};
