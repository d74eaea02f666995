/** What a browser is told about every answer. */
import { isIP } from 'node:net';

const DENIED_FEATURES = [
  'accelerometer', 'autoplay', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid',
  'magnetometer', 'microphone', 'midi', 'payment', 'serial', 'usb', 'xr-spatial-tracking',
];
const HALF_A_YEAR = 180 * 24 * 3600;

/**
 * `host` is an allowed `Host` header. `connect-src` spells out the WebSocket, because older Safari does not count it as
 * 'self'. `wasm-unsafe-eval` permits WebAssembly and no script from text.
 */
export function securityHeaders(scheme: 'http' | 'https', host: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data: blob:",
    `connect-src 'self' ${scheme === 'https' ? 'wss' : 'ws'}://${host}`, "font-src 'self'", "worker-src 'self'", "manifest-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ];
  return {
    ...COMMON,
    'Content-Security-Policy': policy.join('; '),
    ...(scheme === 'https' && isNamed(host) ? { 'Strict-Transport-Security': `max-age=${HALF_A_YEAR}` } : {}),
  };
}

/** For an answer without a page in it, to who may not have called by a name of this server's: nothing at all may be loaded. */
export function refusalHeaders(): Readonly<Record<string, string>> {
  return { ...COMMON, 'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" };
}

const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Permissions-Policy': DENIED_FEATURES.map((feature) => `${feature}=()`).join(', '),
} as const;

/** Browsers keep HSTS by host name without the port: on localhost it would break every other local server. */
function isNamed(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name !== 'localhost' && !name.endsWith('.localhost') && !name.startsWith('[') && isIP(name) === 0;
}
