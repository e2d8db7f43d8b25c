import { requireText } from './text';

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

/**
 * Refuses what isn't a DNS label.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
export function requireDnsLabel(prop: string, value: string): void {
  requireText(prop, value);
  if (!new RegExp(`^${LABEL}$`).test(value)) {
    throw new Error(`${prop} must be a DNS label, at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends, got ${JSON.stringify(value)}`);
  }
}

/**
 * Refuses what isn't a DNS subdomain. Names of nodes are DNS subdomains.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 */
export function requireDnsSubdomain(prop: string, value: string): void {
  requireText(prop, value);
  if (value.length > 253 || !new RegExp(`^${LABEL}(\\.${LABEL})*$`).test(value)) {
    throw new Error(`${prop} must be a DNS subdomain, at most 253 of a-z, 0-9, '-' and '.', with a letter or digit at both ends, got ${JSON.stringify(value)}`);
  }
}
