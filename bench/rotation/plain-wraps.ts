/**
 * What somebody would write who thinks of no quantum computer: one random key, sealed to each member by HPKE with X25519
 * alone (the platform's, by WebCrypto). The same package, key schedule and cipher as the product's.
 */
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256 } from '@panva/hpke-noble';
import { CipherSuite, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';
import { now } from '../harness/statistics.ts';

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
type Recipient = Awaited<ReturnType<typeof suite.GenerateKeyPair>>;
const INFO = new TextEncoder().encode('a team, an epoch');

export async function plainRecipients(count: number): Promise<readonly Recipient[]> {
  return Promise.all(Array.from({ length: count }, () => suite.GenerateKeyPair()));
}

/** Milliseconds for one key to all of them. Throws where the first of them cannot open it. */
export async function timePlainWraps(recipients: readonly Recipient[]): Promise<number> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const sealed: { readonly encapsulatedSecret: Uint8Array; readonly ciphertext: Uint8Array }[] = [];
  const begun = now();
  for (const { publicKey } of recipients) sealed.push(await suite.Seal(publicKey, key, { info: INFO }));
  const took = now() - begun;
  const [first] = recipients;
  const [wrap] = sealed;
  if (first === undefined || wrap === undefined) throw new Error('nobody to seal to');
  const opened = await suite.Open(first, wrap.encapsulatedSecret, wrap.ciphertext, { info: INFO });
  if (Buffer.compare(opened, key) !== 0) throw new Error('the first recipient opened another key');
  return took;
}
