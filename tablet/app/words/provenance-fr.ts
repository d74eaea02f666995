/** Qui a vraiment écrit une entrée, en français. */
import type { provenanceEn } from './provenance-en.ts';

export const provenanceFr: typeof provenanceEn = {
  provenance: {
    signedBy: (name: string) => `Signé par ${name}, et non par la personne indiquée`,
    changedBy: (names: readonly string[]) => `Modifié depuis par ${names.join(' et ')}`,
    importedBy: (name: string) => `importé par ${name}`,
    tooLong: 'Trop long pour vérifier qui en a écrit chaque partie',
    unknown: 'quelqu’un d’inconnu ici',
  },
};
