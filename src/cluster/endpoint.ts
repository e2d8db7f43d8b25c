import { isIPv6 } from 'net';
import { firstDuplicate } from './names';
import { requireText } from './text';

/** The URL of an etcd member, taken apart. */
export interface Endpoint {
  readonly scheme: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

const PATTERN = /^(?<scheme>https?):\/\/(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9](?:[-.A-Za-z0-9]*[A-Za-z0-9])?)):(?<port>\d+)$/;

/** Takes an URL apart that consists of scheme, host and port, as etcd wants it. */
export function parseEndpoint(prop: string, url: string): Endpoint {
  requireText(prop, url);
  const { scheme = '', v6, name = '', port } = PATTERN.exec(url)?.groups ?? {};
  if (!scheme || !isPort(Number(port)) || (v6 !== undefined && !isIPv6(v6))) {
    throw new Error(`${prop} must be scheme, host and port without a path, such as https://10.0.0.1:2379, got ${JSON.stringify(url)}`);
  }
  return { scheme, host: v6 ?? name, port: Number(port) };
}

/** Scheme, host and port as an URL. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = isIPv6(endpoint.host) ? `[${endpoint.host}]` : endpoint.host;
  return `${endpoint.scheme}://${host}:${endpoint.port}`;
}

/** Refuses what isn't the host of an URL: a name or an address. */
export function requireHost(prop: string, value: string): void {
  requireText(prop, value);
  if (!PATTERN.test(formatEndpoint({ scheme: 'https', host: value, port: 1 }))) {
    throw new Error(`${prop} must be an IP address or a host name, without scheme and port, got ${JSON.stringify(value)}`);
  }
}

/** Refuses what isn't a TCP port. */
export function requirePort(prop: string, value: number): void {
  if (!isPort(value)) {
    throw new Error(`${prop} must be a port from 1 to 65535, got ${value}`);
  }
}

/** Refuses endpoints that a client can't use together, or not with or without certificates. */
export function requireConsistentEndpoints(endpoints: string[], hasCertificates: boolean): void {
  if (endpoints.length === 0) {
    throw new Error('endpoints must name at least one member, such as https://10.0.0.1:2379, got none');
  }
  const schemes = new Set(endpoints.map(url => parseEndpoint('endpoints', url).scheme));
  if (schemes.size > 1) {
    throw new Error(`endpoints must be all https or all http, got ${endpoints.join(', ')}`);
  }
  if (schemes.has('http') && hasCertificates) {
    throw new Error(`endpoints must be https when certificates are given, got ${endpoints.join(', ')}`);
  }
  if (schemes.has('https') && !hasCertificates) {
    throw new Error(`certificates must be given for https endpoints, got none for ${endpoints.join(', ')}: see EtcdCertificates`);
  }
  const duplicate = firstDuplicate(endpoints);
  if (duplicate) {
    throw new Error(`endpoints must differ, got ${duplicate} twice`);
  }
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
