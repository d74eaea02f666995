/** A ward's authority and a bridge's certificate for tests, with periods around now. */
import { randomBytes } from 'node:crypto';
import { strict as assert } from 'node:assert';
import { createAuthority, issueCertificate, openAuthority, type AuthorityOptions, type NewAuthority } from '../../protocol/authority/authority.ts';
import { makeCertificateRequest } from '../../protocol/authority/certificate-request.ts';
import { toPem } from '../../protocol/authority/pem.ts';
import type { ServerNames } from '../../protocol/authority/server-names.ts';
import {
  BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KEY_ALGORITHM, SIGNING_ALGORITHM,
  SubjectAlternativeNameExtension, X509CertificateGenerator,
} from '../../protocol/authority/x509.ts';
import type { Entropy } from '../../protocol/codec/environment.ts';

export const DAY = 24 * 3600_000;
export const entropy: Entropy = { randomBytes: (length) => new Uint8Array(randomBytes(length)) };
export const aroundNow = { notBefore: Date.now() - DAY, notAfter: Date.now() + 365 * DAY };

export function testAuthority(options: Partial<AuthorityOptions> = {}): Promise<NewAuthority> {
  return createAuthority({ entropy, notBefore: Date.now() - 2 * DAY, notAfter: Date.now() + 3650 * DAY, ...options });
}

export interface ServerCredentials {
  readonly key: string;
  readonly certificate: string;
}

/** Key and certificate in PEM, as a server wants them. */
export async function testCredentials(made: NewAuthority, names: ServerNames): Promise<ServerCredentials> {
  const { request, privateKeyPem } = await makeCertificateRequest(names);
  const issued = await issueCertificate(await openAuthority(made), request, { entropy, ...aroundNow });
  assert(issued.ok, `not issued: ${JSON.stringify(issued)}`);
  return { key: privateKeyPem, certificate: toPem('CERTIFICATE', issued.value) };
}

/** What a thief of the authority's key can make: a well-formed certificate for any names, past every check of ours. */
export async function rogueCredentials(made: NewAuthority, names: ServerNames): Promise<ServerCredentials> {
  const authority = await openAuthority(made);
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    publicKey: keys.publicKey,
    signingKey: authority.signingKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    issuer: authority.certificate.subjectName,
    subject: [{ CN: ['rogue server'] }],
    notBefore: new Date(aroundNow.notBefore),
    notAfter: new Date(aroundNow.notAfter),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: 'dns', value }) as const),
        ...names.ips.map((value) => ({ type: 'ip', value }) as const),
      ]),
    ],
  });
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { key: toPem('PRIVATE KEY', privateKey), certificate: toPem('CERTIFICATE', new Uint8Array(certificate.rawData)) };
}
