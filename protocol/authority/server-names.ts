/** The names a ward's web server may bear, and the ranges its authority is limited to. */

export interface ServerNames {
  /** Lower-case host names, without wildcards. */
  readonly dns: readonly string[];
  /** IPv4 or IPv6 literals, without brackets. */
  readonly ips: readonly string[];
}

/**
 * Never resolvable on the internet: `localhost` (RFC 6761), `.local` (RFC 6762) and `.internal` (reserved for private
 * use by ICANN in 2024).
 */
export const DEFAULT_DNS_SUFFIXES: readonly string[] = ['localhost', 'ward.local', 'ward.internal'];

/** Private use (RFC 1918), loopback, and unique local addresses (RFC 4193). */
export const PRIVATE_RANGES: readonly string[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '::1/128', 'fd00::/8'];

/** A host name in the one form used here: lower case, letters, digits and hyphens, no wildcard, not all numeric at the end. */
export function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.split('.');
  return labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/**
 * What an authority may be limited to. A single label other than `localhost` is refused, because `com` would permit
 * the whole of it.
 */
export function isDnsSuffix(text: string): boolean {
  return isHostName(text) && (text === 'localhost' || text.includes('.'));
}

/** Whether `name` is the suffix or below it (RFC 5280, section 4.2.1.10). */
export function isUnderSuffix(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

/** Whether an address literal lies in a range such as `10.0.0.0/8`. False for anything that is not an address. */
export function isInRange(address: string, range: string): boolean {
  const [base, width] = range.split('/');
  const bytes = addressBytes(address);
  const start = addressBytes(base ?? '');
  const bits = Number(width);
  if (bytes === undefined || start === undefined || bytes.length !== start.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if (((bytes[bit / 8] ?? 0) & mask) !== ((start[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}

export function isAddress(text: string): boolean {
  return addressBytes(text) !== undefined;
}

/** 4 or 16 bytes; undefined for anything else, scoped and IPv4-mapped forms included. */
function addressBytes(text: string): readonly number[] | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split('.').map(Number);
    return bytes.every((byte) => byte <= 255) ? bytes : undefined;
  }
  if (!/^[0-9a-f:]{2,39}$/.test(text)) return undefined;
  const halves = text.split('::');
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}
