/** Allergies of a patient, on every screen of that patient. 'None known' and 'nobody asked' are not the same. */
import type { JSX } from 'preact';
import type { PatientView } from '../port.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

export function AllergyBanner({ view }: { view: PatientView }): JSX.Element {
  const say = words.value.allergies;
  const { noKnownAllergies } = view.person;
  const active = view.allergies
    .filter(({ value }) => value.status === 'active' && value.verification !== 'refuted' && value.enteredInError === undefined)
    .toSorted((a, b) => Number(b.value.criticality === 'high') - Number(a.value.criticality === 'high'));
  if (active.length === 0) {
    return (
      <section class="allergies" data-state={noKnownAllergies ? 'none' : 'not-asked'} aria-label={say.label}>
        <Icon name={noKnownAllergies ? 'check' : 'help'} />
        <p>{noKnownAllergies ? say.none : say.notAsked}</p>
      </section>
    );
  }
  return (
    <section class="allergies" data-state="present" aria-label={say.label}>
      <Icon name="alert" />
      <strong>{say.label}</strong>
      <ul>
        {active.map(({ id, value }) => {
          const reactions = Object.values(value.reactions ?? {})
            .map((reaction) => reaction.severity === undefined
              ? reaction.manifestation
              : `${reaction.manifestation}, ${say.severity[reaction.severity]}`);
          const risk = value.criticality === 'high' ? [say.high] : [];
          const details = [...risk, ...reactions].join('; ');
          return (
            <li key={id}>
              <strong>{value.substance.display}</strong>{details !== '' && <span> {details}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
