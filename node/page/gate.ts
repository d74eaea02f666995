/**
 * Who may ask: a request has to call the server by one of its own names, from one of its own pages.
 *
 * The first stops DNS rebinding (another site's name that suddenly resolves to this address), the second stops other
 * sites' pages, above all for WebSockets, which the same-origin policy does not cover.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface Origins {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** Host names and address literals (without brackets or port), lower case. */
  readonly hosts: readonly string[];
}

export type Verdict =
  /** `host` is the allowed `Host`; `target` the path without its query, which nothing here reads. */
  | { readonly allowed: true; readonly host: string; readonly path: string }
  | { readonly allowed: false; readonly status: 400 | 403 | 421; readonly reason: string };

export function checkRequest(request: IncomingMessage, origins: Origins): Verdict {
  const host = request.headers.host?.toLowerCase();
  const isUpgrade = request.headers.upgrade !== undefined;
  // Only the origin form of a target: `GET http://elsewhere/` is a question to a proxy, and this is none.
  if (request.url?.startsWith('/') !== true) return refuse(400, 'target');
  if (host === undefined || countHeader(request, 'host') !== 1) return refuse(400, 'host');
  if (!allowedHosts(origins).includes(host)) return refuse(421, 'host');
  const { origin } = request.headers;
  if (countHeader(request, 'origin') > 1 || (origin === undefined ? isUpgrade : origin !== `${origins.scheme}://${host}`)) return refuse(403, 'origin');
  if (isForeignFetch(request)) return refuse(403, 'site');
  return { allowed: true, host, path: request.url.split('?', 1)[0] ?? '/' };
}

/** As they stand in a `Host` header: with the port, and without where it is the scheme's own. */
export function allowedHosts({ scheme, port, hosts }: Origins): readonly string[] {
  const names = hosts.map((host) => (isIP(host) === 6 ? `[${host}]` : host));
  const withPort = names.map((name) => `${name}:${port}`);
  return port === (scheme === 'https' ? 443 : 80) ? [...names, ...withPort] : withPort;
}

/** Another site's script, image or frame; following a link to here is fine. */
function isForeignFetch({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  const fromElsewhere = site === 'cross-site' || site === 'same-site';
  return fromElsewhere && !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

function countHeader(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
}

function refuse(status: 400 | 403 | 421, reason: string): Verdict {
  return { allowed: false, status, reason };
}
