import { isIPv6 } from 'net';
import { firstDuplicate } from '../require/list';
import { requireText } from '../require/text';

/** The parts of an etcd member's URL. */
export interface Endpoint {
  readonly scheme: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

const PATTERN = /^(?<scheme>https?):\/\/(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9](?:[-.A-Za-z0-9]*[A-Za-z0-9])?)):(?<port>\d+)$/;

/** Splits a URL into its parts. Refuses one that isn't scheme, host and port, as etcd needs them. */
export function parseEndpoint(prop: string, url: string): Endpoint {
  requireText(prop, url);
  const { scheme = '', v6, name = '', port } = PATTERN.exec(url)?.groups ?? {};
  if (!scheme || !isPort(Number(port)) || (v6 !== undefined && !isIPv6(v6))) {
    throw new Error(`${prop} must be scheme, host and port without a path, such as https://10.0.0.1:2379, got ${JSON.stringify(url)}`);
  }
  return { scheme, host: v6 ?? name, port: Number(port) };
}

/** The URL of scheme, host and port. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${endpoint.scheme}://${formatHost(endpoint.host)}:${endpoint.port}`;
}

/** A host as written in a URL: an IPv6 address in brackets. */
export function formatHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

const OF_THE_MACHINE = [
  /^127\.\d+\.\d+\.\d+$/, /^\[::1\]$/, /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/, /^(.+\.)?localhost$/, /^localhost\.localdomain$/,
  /^ip6-localhost$/,
  /^0\.0\.0\.0$/, /^\[::\]$/, /^\[::ffff:0:0\]$/,
];

/** Whether a host means, on each machine, that machine itself: loopback, or the address by which a server listens on all addresses. */
export function isOfTheMachine(host: string): boolean {
  return OF_THE_MACHINE.some(pattern => pattern.test(canonical(host)));
}

/** The address at which a program on the same machine reaches a server that listens on such a host. */
export function loopbackOf(host: string): string {
  const everywhere = /^(0\.0\.0\.0|\[::\])$/.test(canonical(host));
  return everywhere ? (isIPv6(host) ? '::1' : '127.0.0.1') : host;
}

/** Whether two hosts are the same, however an address is written. */
export function sameHost(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

/** Refuses what isn't the host of a URL: a name or an address. */
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

/** Refuses endpoints that a client can't use together, https ones without certificates, and http ones with them. */
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

/** A host in the one spelling that URLs have: lower case, an IPv6 address in brackets and in its shortest form. */
function canonical(host: string): string {
  return isIPv6(host) ? new URL(`http://${formatHost(host)}`).hostname : host.toLowerCase().replace(/\.$/, '');
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
