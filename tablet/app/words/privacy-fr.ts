/** Who looked at which patient, in French. */
import { pluriel } from './plural.ts';
import type { privacyEn } from './privacy-en.ts';

export const privacyFr: typeof privacyEn = {
  failures: {
    'not-recorded': 'Le dossier n’a pas été ouvert, parce que cet appareil n’a pas pu noter que vous l’ouvrez. Son stockage est peut-être plein. Libérez de la place, ou prenez un autre appareil.',
  },

  title: 'Qui a consulté quel patient',
  text: 'Chaque fois qu’un dossier est ouvert, cela est noté avant que rien ne s’affiche : qui, quand, sur quel appareil. Seuls les délégués à la protection des données peuvent le lire.',
  fromNowOn: 'Un délégué lit ce qui a été ouvert depuis qu’il l’est.',
  noOfficer: 'Le service n’a pas de délégué à la protection des données : ses administrateurs lisent ceci. Donnez ce rôle à quelqu’un, pour que nul ne se surveille soi-même.',
  open: 'Qui a consulté ce patient',
  patient: 'Patient',
  patientHint: 'Nom, numéro de dossier ou identifiant',
  person: 'Personne',
  personHint: 'Nom ou nom de connexion',
  list: 'Afficher',
  lists: { times: 'Les plus récents', patients: 'Par patient', people: 'Par personne' },
  when: 'Quand',
  what: 'Quoi',
  device: 'Appareil',
  last: 'Dernière fois',
  ways: { screen: 'Lu', export: 'Sorti en fichier', review: 'Lu pour une revue', print: 'Imprimé' },
  disputed: 'Signé après une exclusion',
  byGlass: 'Ouvert en urgence',
  nobody: 'Personne, d’après ce qui vous est destiné.',
  count: (n) => pluriel(n, 'ouverture', 'ouvertures'),
  more: (shown, total) => `Les ${shown} plus récentes sur ${total}. Précisez la recherche, ou sortez le fichier.`,
  opened: (n, people) => `${n} fois, par ${pluriel(people, 'personne', 'personnes')}`,
  openedBy: (n, patients) => `${n} fois, ${pluriel(patients, 'patient', 'patients')}`,
  filterBy: (name) => `Afficher seulement ${name}`,
  export: 'Sortir en AuditEvents FHIR',
  exported: (file) => `${file} est dans vos téléchargements. Quiconque l’a peut le lire.`,
  troubleTitle: 'Ce qui n’est pas en ordre',
  troubles: {
    'sealed-to-others': (n, who) => `${pluriel(n, 'note', 'notes')} de ${who} d’avant que vous puissiez lire ceci.`,
    withheld: (n, who) => `${pluriel(n, 'note', 'notes')} de ${who} sans vous en destinataire, alors que vous étiez délégué. Cette application n’est pas honnête.`,
    unreadable: (n, who) => `${pluriel(n, 'note', 'notes')} de ${who} ne s’ouvre${n === 1 ? '' : 'nt'} pas, bien que vous en soyez destinataire. Cette application n’est pas honnête, ou le stockage est abîmé.`,
    gap: (n, who) => `${pluriel(n, 'note', 'notes')} de ${who} manque${n === 1 ? '' : 'nt'} au milieu.`,
    'end-missing': (n, who) => `${pluriel(n, 'note', 'notes')} de ${who} manque${n === 1 ? '' : 'nt'} à la fin, bien que signée${n === 1 ? '' : 's'} auparavant.`,
    forked: (_, who) => `Ce qu’a ouvert ${who} existe en deux versions, comme lorsqu’un appareil a été copié.`,
  },
  somebody: 'une personne inconnue',
  someDevice: 'un appareil inconnu',
  on: (person, device) => `${person} sur ${device}`,
};
