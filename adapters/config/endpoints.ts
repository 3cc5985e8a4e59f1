import * as E from 'fp-ts/lib/Either.js';

import type { Endpoint } from '../../domain/configuration.ts';
import { parseIp } from '../../domain/routing/ip.ts';
import type { Parse } from './quantities.ts';

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/i;

/** A server to connect to: `host`, `host:port`, `[v6]:port`. */
export function parseServer(defaultPort: number): Parse<Endpoint> {
  return (text) => {
    const endpoint = parseEndpoint(text, defaultPort);
    return endpoint !== null && endpoint.port > 0
      ? E.right(endpoint)
      : E.left(
          `"${text}" is not a server; write host, host:port or [IPv6 address]:port (port ${defaultPort} if none)`,
        );
  };
}

/** An address to listen on, `address:port` or `[v6]:port`. Port 0: any free one. */
export const parseListen: Parse<Endpoint> = (text) => {
  const endpoint = parseEndpoint(text, null);
  return endpoint !== null && (endpoint.host === 'localhost' || parseIp(endpoint.host) !== null)
    ? E.right(endpoint)
    : E.left(
        `"${text}" is not an address to listen on; write address:port, such as 127.0.0.1:2525 or [::]:25`,
      );
};

/** A mail domain, in lower case. */
export const parseDomain: Parse<string> = (text) =>
  hostName.test(text)
    ? E.right(text.toLowerCase())
    : E.left(`"${text}" is not a domain; write such as mmsc.op-a.example`);

function parseEndpoint(text: string, defaultPort: number | null): Endpoint | null {
  const [, ipv6, name, portText] = /^(?:\[([^\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port === null || port > 65535) return null;
  if (ipv6 !== undefined) return ipv6.includes(':') && parseIp(ipv6) !== null ? { host: ipv6, port } : null;
  if (name === undefined || !hostName.test(name)) return null;
  // What has only digits and dots is meant as an IPv4 address.
  return /^[\d.]+$/.test(name) && parseIp(name) === null ? null : { host: name, port };
}
