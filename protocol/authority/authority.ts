/**
 * The ward's own certificate authority: it vouches for the bridge's web server to the ward's desktops, and for nothing
 * else.
 *
 * Made once, on the first admin's client; its private key is sealed to the admins (by the caller) and its certificate
 * is imported into the desktops. Whoever steals the key can impersonate servers inside the constraints to the ward's
 * own desktops, and nothing on the internet: names, private addresses and use (server authentication) are limited by
 * critical extensions. Verifiers that ignore constraints of a trust anchor exist; Node and Chromium do not (tested).
 */
import { toHex } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { MAX_NAMES, MAX_REQUEST_LENGTH } from './certificate-request.ts';
import { nameConstraintsExtension, namesOutside, permittedBy } from './name-constraints.ts';
import { DEFAULT_DNS_SUFFIXES, isAddress, isDnsSuffix, isHostName, PRIVATE_RANGES, type ServerNames } from './server-names.ts';
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KEY_ALGORITHM,
  KeyUsageFlags, KeyUsagesExtension, Name, OID, ownBytes, Pkcs10CertificateRequest, SIGNING_ALGORITHM,
  SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509Certificate, X509CertificateGenerator,
} from './x509.ts';

const DAY = 24 * 3600_000;
export const AUTHORITY_PERIOD = 10 * 365 * DAY;
/** The longest that today's browsers take of a server. */
export const MAX_SERVER_PERIOD = 398 * DAY;

export interface Period {
  /** Milliseconds since 1970; certificates carry whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface AuthorityOptions extends Period {
  readonly entropy: Entropy;
  /**
   * Shown in the desktops' list of authorities, readable by everyone who sees the certificate. Left out, the
   * certificate tells nobody whose ward it is.
   */
  readonly wardName?: string;
  /** Host names and everything below them; `DEFAULT_DNS_SUFFIXES` if left out. */
  readonly dnsSuffixes?: readonly string[];
}

export interface NewAuthority {
  /** DER. */
  readonly certificate: Uint8Array;
  /** PKCS#8. To be sealed to the admins and then wiped. */
  readonly privateKey: Uint8Array;
}

/** Throws `RangeError` when `dnsSuffixes` has something that `isDnsSuffix` refuses, or nothing. */
export async function createAuthority(options: AuthorityOptions): Promise<NewAuthority> {
  const dnsSuffixes = options.dnsSuffixes ?? DEFAULT_DNS_SUFFIXES;
  const wrong = dnsSuffixes.filter((suffix) => !isDnsSuffix(suffix));
  if (wrong.length > 0 || dnsSuffixes.length === 0) throw new RangeError(`an authority cannot be limited to: ${wrong.join(', ') || 'nothing'}`);

  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  // The tag tells authorities of two wards apart: verifiers look them up by name.
  const tag = toHex(options.entropy.randomBytes(4));
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: commonName(`${options.wardName ?? 'Wardsync'} (ward authority ${tag})`),
    serialNumber: serialNumber(options.entropy),
    notBefore: new Date(options.notBefore),
    notAfter: new Date(options.notAfter),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      nameConstraintsExtension({ dnsSuffixes, ranges: PRIVATE_RANGES }),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: new Uint8Array(certificate.rawData),
    privateKey: new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

/** A certificate and its key, ready to sign. The key cannot be read out of it again. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly signingKey: CryptoKey;
}

/** Throws when the bytes are not what `createAuthority` returned: they came out of a signed log and a sealed box. */
export async function openAuthority(made: NewAuthority): Promise<Authority> {
  const privateKey = ownBytes(made.privateKey);
  try {
    const signingKey = await crypto.subtle.importKey('pkcs8', privateKey, KEY_ALGORITHM, false, ['sign']);
    return { certificate: new X509Certificate(ownBytes(made.certificate)), signingKey };
  } finally {
    privateKey.fill(0);
  }
}

export interface IssueOptions extends Period {
  readonly entropy: Entropy;
}

export type IssueFailure =
  | { readonly code: 'malformed-request' }
  /** The requester did not prove that it holds the key. */
  | { readonly code: 'bad-signature' }
  /** Names that the authority may not vouch for, or that are no host names or addresses. */
  | { readonly code: 'name-not-permitted'; readonly names: readonly string[] }
  /** Longer than `MAX_SERVER_PERIOD`, empty, or outside the authority's own. */
  | { readonly code: 'bad-period' }
  /** The private key is not that of the authority's certificate. */
  | { readonly code: 'wrong-key' };

/**
 * Issues a server certificate for a request's key and names. Of the request nothing else is taken over: neither its
 * subject nor any other extension. Returns DER.
 */
export async function issueCertificate(authority: Authority, requestDer: Uint8Array, options: IssueOptions): Promise<Result<Uint8Array, IssueFailure>> {
  const request = await readRequest(requestDer);
  if (!request.ok) return request;
  const { names, publicKey } = request.value;
  const outside = namesOutside(names, permittedBy(authority.certificate));
  if (outside.length > 0) return fail({ code: 'name-not-permitted', names: outside });
  if (!isPeriodWithin(options, authority.certificate)) return fail({ code: 'bad-period' });

  const certificate = await X509CertificateGenerator.create({
    publicKey,
    signingKey: authority.signingKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    issuer: authority.certificate.subjectName,
    // Not a host name on purpose: verifiers that still read it find nothing to match.
    subject: commonName('Wardsync bridge'),
    serialNumber: serialNumber(options.entropy),
    notBefore: new Date(options.notBefore),
    notAfter: new Date(options.notAfter),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: 'dns', value }) as const),
        ...names.ips.map((value) => ({ type: 'ip', value }) as const),
      ]),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  const signedByAuthority = await certificate.verify({ publicKey: authority.certificate.publicKey, signatureOnly: true });
  return signedByAuthority ? succeed(new Uint8Array(certificate.rawData)) : fail({ code: 'wrong-key' });
}

interface ReadRequest {
  readonly names: ServerNames;
  readonly publicKey: CryptoKey;
}

async function readRequest(der: Uint8Array): Promise<Result<ReadRequest, IssueFailure>> {
  if (der.length > MAX_REQUEST_LENGTH) return fail({ code: 'malformed-request' });
  try {
    const request = new Pkcs10CertificateRequest(ownBytes(der));
    // Fails for every key that is not on P-256.
    const publicKey = await request.publicKey.export(KEY_ALGORITHM, ['verify']);
    const alternative = request.getExtension(OID.subjectAltName);
    if (!(alternative instanceof SubjectAlternativeNameExtension)) return fail({ code: 'malformed-request' });
    const { items } = alternative.names;
    if (items.length < 1 || items.length > MAX_NAMES) return fail({ code: 'malformed-request' });
    const foreign = items.filter(({ type, value }) => !((type === 'dns' && isHostName(value)) || (type === 'ip' && isAddress(value))));
    if (foreign.length > 0) return fail({ code: 'name-not-permitted', names: foreign.map(({ value }) => value) });
    if (!(await request.verify())) return fail({ code: 'bad-signature' });
    const named = (wanted: 'dns' | 'ip'): string[] => items.filter(({ type }) => type === wanted).map(({ value }) => value);
    return succeed({ names: { dns: named('dns'), ips: named('ip') }, publicKey });
  } catch {
    return fail({ code: 'malformed-request' });
  }
}

function isPeriodWithin({ notBefore, notAfter }: Period, certificate: X509Certificate): boolean {
  return notBefore < notAfter && notAfter - notBefore <= MAX_SERVER_PERIOD
    && wholeSeconds(notBefore) >= certificate.notBefore.getTime() && wholeSeconds(notAfter) <= certificate.notAfter.getTime();
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

/** As a value, never as a pattern: the library reads quotes, `=` and `#` inside plain strings. */
function commonName(text: string): Name {
  return new Name([{ CN: [{ utf8String: text }] }]);
}

/** Positive and at most 20 bytes, as RFC 5280, section 4.1.2.2 wants; 127 random bits. */
function serialNumber(entropy: Entropy): string {
  const bytes = Uint8Array.from(entropy.randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}
