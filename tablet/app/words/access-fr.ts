/** Words of opening, enrolling, unlocking and locking, in French. */
import { pluriel } from './plural.ts';
import type { accessEn } from './access-en.ts';

export const accessFr: typeof accessEn = {
  start: {
    starting: 'Ouverture du service…',
    slow: 'C’est plus long que d’habitude. Ce que vous avez enregistré est en sécurité.',
    failedTitle: 'Le service n’a pas pu s’ouvrir',
    failedText: 'Ce qui est enregistré sur cet appareil y est toujours. Recommencez ; si cela échoue encore, prévenez l’informatique.',
    reload: 'Recommencer',
    revokedTitle: 'Cet appareil a été retiré du service',
    revokedText: 'Ses clés sont détruites : il ne peut plus montrer aucun dossier. Pour le réutiliser, demandez un nouveau code à l’informatique.',
    revokedDrafts: (n) => `${pluriel(n, 'saisie non enregistrée est détruite', 'saisies non enregistrées sont détruites')} aussi. Refaites-${n < 2 ? 'la' : 'les'} sur un autre appareil.`,
  },

  enrol: {
    title: 'Ajouter cet appareil à un service',
    text: 'L’informatique crée un code à usage unique sur un appareil qui appartient déjà au service.',
    label: 'Code à usage unique',
    hint: 'Collez ici le code entier.',
    action: 'Ajouter cet appareil',
    working: 'Connexion au service…',
    fromLink: 'Le code est venu avec le lien. Il n’est plus dans la barre d’adresse.',
    missing: 'Saisissez d’abord le code.',
  },

  unlock: {
    title: 'Déverrouiller',
    heading: 'Déverrouiller le service',
    thisDevice: 'Cet appareil',
    keptDrafts: (n) =>
      `${pluriel(n, 'saisie non enregistrée est gardée', 'saisies non enregistrées sont gardées')} ici, sous scellé, pour leur auteur. Déverrouillez avec le même nom pour continuer.`,
    whoIsIt: 'Qui est-ce ?',
    startAnew: 'Faire admettre ce navigateur à nouveau',
    startingAnew: 'On s’assure qu’un autre appareil a tout…',
    rememberHandles: 'Garder une liste de noms sur cet appareil',
    forgetHandles: 'Effacer la liste',
    handle: 'Nom de connexion',
    password: 'Mot de passe',
    show: 'Afficher le mot de passe',
    hide: 'Masquer le mot de passe',
    action: 'Déverrouiller',
    working: 'Vérification du mot de passe…',
    missing: 'Saisissez votre nom et votre mot de passe.',
  },

  top: {
    board: 'Tableau du service',
    lock: 'Verrouiller',
    draftsBack: (n) => `${pluriel(n, 'saisie non enregistrée est', 'saisies non enregistrées sont')} toujours là`,
    signedInAs: (name, role) => `Connecté : ${name} ${role}`,
    menu: 'Votre menu',
    toNight: 'Passer aux couleurs de nuit',
    toDay: 'Passer aux couleurs de jour',
  },

  lock: {
    soon: 'Le service va se verrouiller : personne n’a touché cet appareil depuis un moment.',
    kept: 'Ce que vous avez saisi est gardé pour vous.',
    seconds: (n) => `${n} s`,
    stay: 'Rester déverrouillé',
    over: {
      removed: 'La personne connectée ici a été retirée du service. Ce qui était ouvert est fermé.',
      'new-keys': 'La personne connectée ici a reçu de nouvelles clés. Déverrouillez avec le mot de passe provisoire de l’administrateur.',
    },
    changePassword: 'Changez votre mot de passe.',
    lostDevices: (names) => `Un appareil sur lequel vous aviez déverrouillé le service a été déclaré perdu : ${names}.`,
  },

  roles: {
    admin: 'administration',
    clinician: 'soignant',
    viewer: 'lecture seule',
    relay: 'relais',
    privacy: 'protection des données',
  },
};
