import { requireText } from './text';

const NAME = '[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const KEY = new RegExp(`^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?/)?${NAME}$`);
const VALUE = new RegExp(`^(${NAME})?$`);

/**
 * Refuses labels that Kubernetes would refuse.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function requireLabels(prop: string, labels: { readonly [key: string]: string }): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!KEY.test(key)) {
      throw new Error(`${prop} must have keys such as example.com/pool, got ${JSON.stringify(key)}: at most 63 letters, digits, '-', '_' and '.' behind the /`);
    }
    requireText(`${prop} ${key}`, value);
    if (!VALUE.test(value)) {
      throw new Error(`${prop} ${key} must have at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends, got ${JSON.stringify(value)}`);
    }
  }
}
