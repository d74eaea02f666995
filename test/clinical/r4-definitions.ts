/**
 * HL7's own definitions of R4 (structures, cardinalities, types, required value sets), as the package `fhir` carries them,
 * against what we export: a judge that none of us wrote.
 */
import { Fhir, type ValidatorMessage } from 'fhir';

const definitions = new Fhir();

/** What the definitions object to; empty for a valid bundle. Codes of terminologies that it does not carry are not checked. */
export function objections(bundle: object): readonly string[] {
  const plain = JSON.parse(JSON.stringify(bundle)) as { entry?: readonly { resource?: Record<string, unknown> }[] };
  const resources = new Map((plain.entry ?? []).map(({ resource }) => [String(resource?.['id']), resource ?? {}]));
  const { messages } = definitions.validate(plain, { errorOnUnexpected: true });
  return messages
    .filter(({ severity }) => severity === undefined || !LESS.has(severity))
    .filter((message) => !isBesideItself(message, resources.get(message.resourceId ?? '')))
    .map(({ location = '', resourceId = 'no id', message = '' }) => `${location} (${resourceId}): ${message}`);
}

/** A code of a preferred or example binding is warned about; a value set that is not carried is mentioned. */
const LESS = new Set<string>(['warning', 'info']);

/**
 * A value of which only the reason for its absence is known is written beside its name (`_occurrenceDateTime`), which R4 lets
 * stand for a required one (json.html, 2.6.2.3; extension data-absent-reason) and the package does not know of.
 */
function isBesideItself({ location = '', message }: ValidatorMessage, resource: Record<string, unknown> | undefined): boolean {
  const [, field] = /^\w+\.(\w+)$/.exec(location) ?? [];
  if (message !== 'Missing property' || field === undefined || resource === undefined) return false;
  return Object.keys(resource).some((key) => key.startsWith(`_${field}`) && JSON.stringify(resource[key]).includes('"http://hl7.org/fhir/StructureDefinition/data-absent-reason"'));
}
