import { strict as assert } from 'node:assert';
import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, connect, createServer } from 'node:tls';
import { test } from 'node:test';
import { createAuthority, issueCertificate, MAX_SERVER_PERIOD, openAuthority } from '../../protocol/authority/authority.ts';
import { makeCertificateRequest, MAX_REQUEST_LENGTH } from '../../protocol/authority/certificate-request.ts';
import { certificateFingerprint, toPem } from '../../protocol/authority/pem.ts';
import { KEY_ALGORITHM, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '../../protocol/authority/x509.ts';
import { aroundNow, DAY, entropy, rogueCredentials, testAuthority, testCredentials, type ServerCredentials } from './support.ts';

const made = await testAuthority();
const authority = await openAuthority(made);
const within = { entropy, ...aroundNow };

test('CA-1: an authority is a critical, constrained CA on P-256 that names nobody unasked', async () => {
  const certificate = new X509Certificate(made.certificate);
  assert.equal(certificate.ca, true);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.match(certificate.subject, /^CN=Wardsync \(ward authority [0-9a-f]{8}\)$/);
  assert(made.certificate.length <= 4096 && made.privateKey.length <= 1024, 'fits the ward log');
  for (const oid of ['2.5.29.19', '2.5.29.15', '2.5.29.30']) assert.equal(authority.certificate.getExtension(oid)?.critical, true, oid);
  const named = await testAuthority({ wardName: 'Ward 4, "North" + CN=x' });
  assert.match(new X509Certificate(named.certificate).subject, /^CN=[^\n]*Ward 4[^\n]*North[^\n]*CN=x \(ward authority [^\n]*$/, 'one name, whatever is in it');
});

test('CA-1: the fingerprint is the one that systems show', () => {
  assert.equal(certificateFingerprint(made.certificate), new X509Certificate(made.certificate).fingerprint256);
});

test('CA-1: an authority cannot be made for nothing, a wildcard or a whole top-level domain', async () => {
  for (const dnsSuffixes of [[], ['com'], ['*.ward.local'], ['.ward.local'], ['Ward.local'], ['10.0.0.1'], ['']]) {
    await assert.rejects(createAuthority({ entropy, ...aroundNow, dnsSuffixes }), RangeError, dnsSuffixes.join());
  }
});

test('CA-3: a certificate bears the names of the request, and nothing else of it', async () => {
  const { request } = await makeCertificateRequest({ dns: ['bridge.ward.local', 'localhost'], ips: ['192.168.7.9', 'fd00::7'] });
  assert(request.length <= MAX_REQUEST_LENGTH);
  const issued = await issueCertificate(authority, request, within);
  assert(issued.ok);
  const leaf = new X509Certificate(issued.value);
  assert.equal(leaf.ca, false);
  assert.equal(leaf.subjectAltName, 'DNS:bridge.ward.local, DNS:localhost, IP Address:192.168.7.9, IP Address:FD00:0:0:0:0:0:0:7');
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'server authentication');
  assert.equal(leaf.checkIssued(new X509Certificate(made.certificate)), true);
  assert.equal(leaf.verify(new X509Certificate(made.certificate).publicKey), true);
});

test('CA-4: serial numbers come from the injected entropy, positive and of 16 bytes', async () => {
  const { request } = await makeCertificateRequest({ dns: ['localhost'], ips: [] });
  for (const byte of [0x00, 0xff]) {
    const fixed = { randomBytes: (length: number) => new Uint8Array(length).fill(byte) };
    const issued = await issueCertificate(authority, request, { ...aroundNow, entropy: fixed });
    assert(issued.ok);
    const expected = byte === 0 ? `40${'00'.repeat(15)}` : `7F${'FF'.repeat(15)}`;
    assert.equal(new X509Certificate(issued.value).serialNumber, expected);
  }
});

test('CA-3: names outside the constraints are not issued', async () => {
  for (const dns of ['example.org', 'ward.local.example.org', 'xward.local', 'local']) {
    const { request } = await makeCertificateRequest({ dns: ['localhost', dns], ips: [] });
    assert.deepEqual(await issueCertificate(authority, request, within), { ok: false, failure: { code: 'name-not-permitted', names: [dns] } });
  }
  for (const ip of ['8.8.8.8', '172.32.0.1', '169.254.0.1', '::2', 'fe80::1', '2001:db8::1']) {
    const { request } = await makeCertificateRequest({ dns: [], ips: ['127.0.0.1', ip] });
    assert.deepEqual(await issueCertificate(authority, request, within), { ok: false, failure: { code: 'name-not-permitted', names: [ip] } });
  }
});

test('CA-3: wildcards, and kinds of name that are not a server, are not issued', async () => {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  for (const name of [{ type: 'dns', value: '*.ward.local' }, { type: 'email', value: 'a@ward.local' }, { type: 'url', value: 'https://ward.local' }] as const) {
    const request = await Pkcs10CertificateRequestGenerator.create({
      keys, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' }, extensions: [new SubjectAlternativeNameExtension([name])],
    });
    const issued = await issueCertificate(authority, new Uint8Array(request.rawData), within);
    assert(!issued.ok && issued.failure.code === 'name-not-permitted', name.type);
  }
});

test('CA-3: a single flipped bit in a request never changes the key or the names of a certificate', async () => {
  const { request } = await makeCertificateRequest({ dns: ['localhost'], ips: [] });
  const honest = await issueCertificate(authority, request, within);
  assert(honest.ok);
  const { publicKey, subjectAltName } = new X509Certificate(honest.value);
  for (let bit = 0; bit < request.length * 8; bit++) {
    const flipped = Uint8Array.from(request);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const issued = await issueCertificate(authority, flipped, within);
    // The parser overlooks a few bits of tags around what is signed; what is taken over is signed.
    if (!issued.ok) continue;
    assert(new X509Certificate(issued.value).publicKey.equals(publicKey), `another key, bit ${bit}`);
    assert.equal(new X509Certificate(issued.value).subjectAltName, subjectAltName, `other names, bit ${bit}`);
  }
});

test('CA-3: a request that is cut short, too long, or for a key on another curve is refused', async () => {
  const { request } = await makeCertificateRequest({ dns: ['localhost'], ips: [] });
  for (const bad of [request.subarray(0, -1), new Uint8Array(0), new Uint8Array(MAX_REQUEST_LENGTH + 1)]) {
    assert.deepEqual(await issueCertificate(authority, bad, within), { ok: false, failure: { code: 'malformed-request' } });
  }
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify']);
  const other = await Pkcs10CertificateRequestGenerator.create({
    keys, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' }, extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  assert.deepEqual(await issueCertificate(authority, new Uint8Array(other.rawData), within), { ok: false, failure: { code: 'malformed-request' } });
});

test('CA-4: a period that browsers refuse, or outside the authority, is not issued; nor is anything with another key', async () => {
  const { request } = await makeCertificateRequest({ dns: ['localhost'], ips: [] });
  const { notBefore } = aroundNow;
  const periods = [
    { notBefore, notAfter: notBefore }, { notBefore, notAfter: notBefore + MAX_SERVER_PERIOD + 1 },
    { notBefore: notBefore - 10 * DAY, notAfter: notBefore + DAY }, { notBefore: notBefore + 3640 * DAY, notAfter: notBefore + 3660 * DAY },
  ];
  for (const period of periods) {
    assert.deepEqual(await issueCertificate(authority, request, { entropy, ...period }), { ok: false, failure: { code: 'bad-period' } });
  }
  const mixed = await openAuthority({ certificate: made.certificate, privateKey: (await testAuthority()).privateKey });
  assert.deepEqual(await issueCertificate(mixed, request, within), { ok: false, failure: { code: 'wrong-key' } });
});

test('CA-1: a TLS client that trusts the authority alone takes what it permits', async () => {
  const names = { dns: ['localhost', 'bridge.ward.local', 'ward.internal'], ips: ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.0.9', 'fd12::1', '::1'] };
  const credentials = await testCredentials(made, names);
  for (const servername of [...names.dns, ...names.ips]) assert.equal(await handshake(credentials, servername), 'accepted', servername);
  assert.equal(await handshake(credentials, 'other.ward.local'), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('CA-1: TLS refuses what a stolen authority key signs outside the constraints', async () => {
  for (const dns of ['example.org', 'notward.local', 'login.hospital.example']) {
    assert.equal(await handshake(await rogueCredentials(made, { dns: [dns], ips: [] }), dns), 'permitted subtree violation', dns);
  }
  for (const ip of ['8.8.8.8', '172.32.0.1', '2001:db8::1']) {
    assert.equal(await handshake(await rogueCredentials(made, { dns: [], ips: [ip] }), ip), 'permitted subtree violation', ip);
  }
  assert.equal(await handshake(await rogueCredentials(made, { dns: ['localhost'], ips: [] }), 'localhost'), 'accepted', 'the probe itself is sound');
});

/** A real TLS handshake on loopback with a client that trusts only the authority; the error's code, or 'accepted'. */
async function handshake({ key, certificate }: ServerCredentials, servername: string): Promise<string> {
  const server = createServer({ key, cert: certificate });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  try {
    return await new Promise<string>((resolve) => {
      const isName = !/^[0-9.]+$|:/.test(servername);
      const client = connect({ host: '127.0.0.1', port: address.port, ca: toPem('CERTIFICATE', made.certificate), ...(isName ? { servername } : {}),
        // Without a name to send, the client still checks the certificate against the address it means to call.
        ...(isName ? {} : { checkServerIdentity: (_: string, peer) => checkServerIdentity(servername, peer) }) }, () => { client.end(); resolve('accepted'); });
      client.on('error', (error: Error & { code?: string }) => resolve(error.code === undefined || error.code === 'UNSPECIFIED' ? error.message : error.code));
    });
  } finally {
    server.close();
  }
}
