/** The fields of a Kubernetes object that tell which pods it starts. */
export interface Workload {
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: object; readonly annotations?: object };
  readonly spec?: any;
}

/** The pod that a workload starts; undefined when the object is no workload. */
export function podOf(workload: Workload): object | undefined {
  const template = templateOf(workload);
  if (template === undefined) return undefined;
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: `${workload.metadata?.name ?? 'pod'}-`, labels, annotations },
    spec: template.spec,
  };
}

function templateOf({ kind, metadata, spec }: Workload) {
  switch (kind) {
    case 'Pod': return { metadata, spec };
    case 'CronJob': return spec.jobTemplate.spec.template;
    case 'Job': case 'Deployment': case 'DaemonSet': case 'StatefulSet': return spec.template;
    default: return undefined;
  }
}
