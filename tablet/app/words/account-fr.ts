/** Les mots du compte personnel en français ; même forme que `account-en.ts`. */
import type { accountEn } from './account-en.ts';

export const accountFr: typeof accountEn = {
  title: 'Votre compte',
  wrongPassword: 'Ce n’est pas votre mot de passe. Vérifiez-le et réessayez.',
  failures: {
    'password-too-short': 'Le nouveau mot de passe est trop court : au moins 10 caractères.',
    'password-too-common': 'Ce mot de passe est parmi les premiers que l’on essaierait. Choisissez-en un autre.',
    'password-same': 'Le nouveau mot de passe est l’ancien.',
  },
  password: {
    title: 'Mot de passe',
    text: 'Au moins 10 caractères. Une courte phrase que vous seul diriez se retient bien et se devine mal ; chiffres et signes ne sont pas nécessaires.',
    old: 'Mot de passe actuel',
    fresh: 'Nouveau mot de passe',
    again: 'Nouveau mot de passe, une seconde fois',
    action: 'Changer le mot de passe',
    working: 'Changement du mot de passe…',
    missing: 'Remplissez les trois champs.',
    differ: 'Les deux nouveaux mots de passe diffèrent. Retapez le nouveau.',
    done: 'Votre mot de passe est changé. L’ancien n’ouvre plus rien, dès que les autres appareils l’ont appris.',
    show: 'Afficher les mots de passe',
  },
};
