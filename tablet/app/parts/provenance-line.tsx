/** Who signed an entry, if that is not who it names, and who has changed it since (DOC-9). */
import type { JSX } from 'preact';
import type { Provenance } from '../../../protocol/chart/provenance.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

/** Under the entry, where it names a colleague who did not sign it, or a colleague has changed it. */
export function ProvenanceLine({ provenance }: { provenance: Provenance | undefined }): JSX.Element | null {
  if (provenance === undefined) return null;
  const { madeBy, isImported, changedBy, isTooLong } = provenance;
  const say = words.value.provenance;
  return (
    <>
      {madeBy !== undefined && isImported !== true && <p class="provenance"><Icon name="alert" size={16} /> {say.signedBy(named(madeBy))}</p>}
      {isTooLong === true && <p class="provenance"><Icon name="alert" size={16} /> {say.tooLong}</p>}
      {changedBy !== undefined && <p class="provenance"><Icon name="alert" size={16} /> {say.changedBy(changedBy.map(named))}</p>}
    </>
  );
}

/** After the name of who is nobody of this ward: who brought it in. */
export function BroughtIn({ provenance }: { provenance: Provenance | undefined }): JSX.Element | null {
  if (provenance?.isImported !== true) return null;
  return <small class="muted">({words.value.provenance.importedBy(named(provenance.madeBy ?? ''))})</small>;
}

function named(name: string): string {
  return name === '' ? words.value.provenance.unknown : name;
}
