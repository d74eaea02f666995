/** Name constraints (RFC 5280, section 4.2.1.10): an authority that can vouch for nothing outside the ward. */
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import { isInRange, isUnderSuffix, type ServerNames } from './server-names.ts';
import { Extension, OID, type X509Certificate } from './x509.ts';

export interface Permitted {
  readonly dnsSuffixes: readonly string[];
  /** In the form `10.0.0.0/8`. */
  readonly ranges: readonly string[];
}

/** The critical extension. Both lists have an entry, or that kind of name would be free. */
export function nameConstraintsExtension(permitted: Permitted): Extension {
  const names = [
    ...permitted.dnsSuffixes.map((dNSName) => new GeneralName({ dNSName })),
    ...permitted.ranges.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
  const permittedSubtrees = new GeneralSubtrees(names.map((base) => new GeneralSubtree({ base })));
  return new Extension(OID.nameConstraints, true, AsnConvert.serialize(new NameConstraints({ permittedSubtrees })));
}

/** What a certificate permits; nothing at all when it bears no constraints. */
export function permittedBy(certificate: X509Certificate): Permitted {
  const extension = certificate.getExtension(OID.nameConstraints);
  const bases = extension === null ? [] : AsnConvert.parse(extension.value, NameConstraints).permittedSubtrees ?? [];
  return {
    dnsSuffixes: Array.from(bases, ({ base }) => base.dNSName).filter((name) => name !== undefined),
    ranges: Array.from(bases, ({ base }) => base.iPAddress).filter((range) => range !== undefined),
  };
}

/** The names that lie outside. */
export function namesOutside(names: ServerNames, permitted: Permitted): readonly string[] {
  return [
    ...names.dns.filter((name) => !permitted.dnsSuffixes.some((suffix) => isUnderSuffix(name, suffix))),
    ...names.ips.filter((ip) => !permitted.ranges.some((range) => isInRange(ip, range))),
  ];
}
