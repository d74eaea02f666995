/** PEM (RFC 7468) and the fingerprint that people compare. */
import { toHex } from '../codec/bytes.ts';
import { sha256 } from '../crypto/signing/hash.ts';

export type PemLabel = 'CERTIFICATE' | 'PRIVATE KEY';

export function toPem(label: PemLabel, der: Uint8Array): string {
  let binary = '';
  for (const byte of der) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** SHA-256 of a DER certificate as browsers and systems show it: `AB:CD:…`. */
export function certificateFingerprint(der: Uint8Array): string {
  return (toHex(sha256(der)).toUpperCase().match(/../g) ?? []).join(':');
}
