import { requireLine } from './text';

/**
 * Refuses labels that Prometheus would refuse.
 *
 * @see https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
 */
export function requirePromLabels(prop: string, labels: { readonly [label: string]: string }): void {
  for (const [label, value] of Object.entries(labels)) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith('__')) {
      throw new Error(`${prop} must have labels of letters, digits and '_', such as cluster, got ${JSON.stringify(label)}`);
    }
    requireLine(`${prop} ${label}`, value);
  }
}
