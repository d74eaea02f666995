/**
 * The bridge's side of its certificate: a key pair that never leaves it, and a PKCS#10 request (RFC 2986) for it.
 *
 * The bridge is a blind peer and imports this file only: the issuing side is `authority.ts`, which it may not reach.
 */
import { isAddress, isHostName, type ServerNames } from './server-names.ts';
import { toPem } from './pem.ts';
import {
  KEY_ALGORITHM, Pkcs10CertificateRequestGenerator, SIGNING_ALGORITHM, SubjectAlternativeNameExtension,
} from './x509.ts';

/** The ward log's bound for a request. */
export const MAX_REQUEST_LENGTH = 2048;
export const MAX_NAMES = 32;

export interface CertificateRequest {
  /** DER, at most `MAX_REQUEST_LENGTH` bytes. */
  readonly request: Uint8Array;
  /** PKCS#8 in PEM. The caller keeps it on its own disk, readable by itself alone. */
  readonly privateKeyPem: string;
}

/**
 * Makes a fresh P-256 key pair and asks for a certificate that bears `names`. No other name goes in: a request is
 * readable by everyone who holds the ward log.
 *
 * Throws `RangeError` on names that are not in the form of `ServerNames`, on none, and on more than `MAX_NAMES`.
 */
export async function makeCertificateRequest(names: ServerNames): Promise<CertificateRequest> {
  const wrong = [...names.dns.filter((name) => !isHostName(name)), ...names.ips.filter((ip) => !isAddress(ip))];
  if (wrong.length > 0) throw new RangeError(`not a host name or address: ${wrong.join(', ')}`);
  const count = names.dns.length + names.ips.length;
  if (count < 1 || count > MAX_NAMES) throw new RangeError(`a certificate bears 1 to ${MAX_NAMES} names, not ${count}`);

  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension([
      ...names.dns.map((value) => ({ type: 'dns', value }) as const),
      ...names.ips.map((value) => ({ type: 'ip', value }) as const),
    ])],
  });
  const der = new Uint8Array(request.rawData);
  if (der.length > MAX_REQUEST_LENGTH) throw new RangeError(`the names are too long: ${der.length} bytes of request`);
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { request: der, privateKeyPem: toPem('PRIVATE KEY', privateKey) };
}
