/** Who really wrote an entry, in English. */
export const provenanceEn = {
  provenance: {
    signedBy: (name: string) => `Signed by ${name}, not by the person named`,
    changedBy: (names: readonly string[]) => `Changed since by ${names.join(' and ')}`,
    importedBy: (name: string) => `brought in by ${name}`,
    tooLong: 'Too long to check who wrote each part of it',
    unknown: 'somebody who is not known here',
  },
};
