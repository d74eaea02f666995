/** The screens about devices and what needs somebody, in French. */
import { pluriel } from './plural.ts';
import type { devicesEn, doctorEn } from './devices-en.ts';

export const devicesFr: typeof devicesEn = {
  title: 'Appareils du service',
  text: 'Un appareil perdu ou volé est exclu par un seul bouton : aucun autre ne lui parle plus, les clés qu’il pouvait atteindre changent, et il détruit ce qu’il contient dès qu’il l’apprend.',
  thisOne: 'Cet appareil',
  keys: { held: 'Le navigateur garde sa clé pour lui.', stored: 'Sa clé se trouve dans le stockage du navigateur, qui ne sait pas la garder pour lui.' },
  connected: 'Connecté',
  lastSeen: (when) => `Vu ${when}`,
  neverSeen: 'Jamais vu d’ici',
  usedBy: (names) => `Utilisé par ${names}`,
  notUsed: 'Personne ne s’y est connecté',
  lost: 'Déclarer perdu',
  lostFor: (name) => `Déclarer perdu : ${name}`,
  confirmTitle: (name) => `Exclure ${name} ?`,
  confirm: [
    'Aucun autre appareil du service ne lui parle plus.',
    'Ce qui y a été écrit et se trouve ailleurs reste ; le reste est mis de côté pour être revu.',
    'Les équipes de toutes les personnes qui s’y sont connectées reçoivent de nouvelles clés, et il leur est demandé de changer de mot de passe.',
    'Dès qu’il l’apprend, il détruit ce qu’il contient. Il ne peut revenir que comme un nouvel appareil.',
  ],
  confirmAction: 'Oui, il est perdu',
  working: 'Exclusion…',
  done: (name) => `${name} est exclu.`,
  doneUsers: (names) => `Demandez à ces personnes de changer de mot de passe : ${names}.`,
};

export const doctorFr: typeof doctorEn = {
  title: 'Ce qui demande quelqu’un',
  text: 'Qui peut ouvrir quoi, et ce dont il faut s’occuper avant que cela ne gêne.',
  nothing: 'Rien ne demande personne.',
  act: 'À faire',
  know: 'Bon à savoir',
  teams: 'Qui peut ouvrir quoi',
  team: 'Équipe',
  patients: 'Patients',
  people: 'Personnes',
  nobody: 'Personne',
  waiting: (names) => `en attente : ${names}`,
  builtIn: { everyone: 'Tous (noms, liste du service)', admins: 'Administrateurs' },
  again: 'Regarder à nouveau',
  findings: {
    'rotation-owed': ({ name }) => `Quelqu’un qui ne le devrait pas a encore la clé de l’équipe « ${name} ». Un administrateur de l’équipe déverrouille une fois ; elle en reçoit alors une nouvelle.`,
    'key-owed': ({ name, people }) => `${people.join(', ')} : pas encore de clé pour l’équipe « ${name} ». Un administrateur de l’équipe déverrouille une fois, et la clé est transmise.`,
    'few-openers': ({ name, people, count }) =>
      `${pluriel(count, 'patient', 'patients')} de l’équipe « ${name} » : ${people.length === 0 ? 'personne ne peut ouvrir' : `seul(e) ${people.join(', ')} peut ouvrir`}. Ajoutez une deuxième personne à l’équipe.`,
    'one-admin': () => 'Il n’y a qu’un administrateur. S’il est absent ou oublie son mot de passe, personne ne peut ajouter quelqu’un ni exclure un appareil perdu. Nommez-en un deuxième.',
    'closed-documents': ({ count }) => `${pluriel(count, 'document vous est fermé', 'documents vous sont fermés')} : une autre équipe, ou une clé qui n’est pas encore arrivée.`,
    'disputed-items': ({ count }) => `${pluriel(count, 'saisie attend', 'saisies attendent')} d’être revues : écrites par une personne, ou sur un appareil, qui a été exclu. Un administrateur les accepte ou les refuse.`,
    'unreadable-items': ({ count }) => `${pluriel(count, 'saisie ne s’ouvre', 'saisies ne s’ouvrent')} pas bien que la clé soit là. Prévenez l’informatique.`,
    'no-archive': () => 'Le service n’a pas d’archive. Installez-en une sur une machine toujours allumée.',
    'no-peer': () => 'Aucun autre appareil n’est joignable. Vérifiez que celui-ci est sur le réseau du service.',
    'not-backed-up': ({ count }) => `${pluriel(count, 'document a', 'documents ont')} des saisies qu’aucune archive n’a encore confirmées. Elles suivent d’elles-mêmes dès qu’une archive est joignable.`,
    'keeper-away': ({ name, span }) => `« ${name} » a été vu il y a ${pluriel(span, 'jour', 'jours')}. Allumez-le, ou déclarez-le perdu.`,
    'unused-device': ({ name, span }) => `Personne ne s’est connecté sur « ${name} » depuis ${pluriel(span, 'jour', 'jours')}. Si personne n’en a besoin, retirez-le.`,
    'clock-skew': ({ name, span }) => `Les horloges de « ${name} » et de cet appareil diffèrent de ${pluriel(span, 'minute', 'minutes')}. Réglez celle qui est fausse.`,
    'rolled-back': ({ name }) => `« ${name} » a moins de saisies qu’il n’en a signé : il a été restauré d’une copie, ou n’est plus ce qu’il était. Examinez-le.`,
    diverged: ({ name }) => `« ${name} » prétend avoir quelque chose qu’il ne donne pas. Examinez-le ; si cela continue, faites-le entrer à nouveau.`,
    forks: ({ count }) => `${pluriel(count, 'chaîne existe', 'chaînes existent')} en deux versions : comme lorsqu’un appareil a été copié. Excluez la copie.`,
    'certificate-ends': ({ name, span }) => `Le certificat de « ${name} » expire dans ${pluriel(span, 'jour', 'jours')}. Toute commande d’un administrateur le renouvelle.`,
  },
};
