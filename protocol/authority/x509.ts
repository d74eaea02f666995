/**
 * The one way into the X.509 library, so that the polyfill which it needs is always loaded before it.
 *
 * Keys and signatures are WebCrypto's own, in Node and in browsers alike; its ECDSA nonces and key pairs cannot be
 * injected, everything else (serial numbers, times) is.
 */
import 'reflect-metadata';

export {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, Extension,
  KeyUsageFlags, KeyUsagesExtension, Name, Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509Certificate, X509CertificateGenerator,
} from '@peculiar/x509';

/** ECDSA on P-256: what every browser's and operating system's verifier knows. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Object identifiers of RFC 5280, section 4.2.1. */
export const OID = { subjectAltName: '2.5.29.17', nameConstraints: '2.5.29.30' } as const;

/** WebCrypto and the library want bytes that own a plain buffer. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
