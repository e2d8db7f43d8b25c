import { Chart, Testing } from 'cdk8s';

/** All objects of a kind in a chart, as they are written. */
export function all(scope: Chart, kind: string): any[] {
  return Testing.synth(scope).filter((object) => object.kind === kind);
}

/** The one object of a kind in a chart. Throws when there are more or none. */
export function only(scope: Chart, kind: string): any {
  const found = all(scope, kind);
  if (found.length !== 1) {
    throw new Error(`there are ${found.length} objects of kind ${kind}`);
  }
  return found[0];
}

/** The template of the pods that a Job or a CronJob starts. */
export function templateOf({ kind, spec }: any): any {
  return kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template;
}

export function podOf(workload: any): any {
  return templateOf(workload).spec;
}

/** The environment of the program. */
export function environmentOf(workload: any): { [name: string]: string } {
  return Object.fromEntries(podOf(workload).containers[0].env.map(({ name, value }: any) => [name, value]));
}

/** The names of the nodes on which the pod may run. */
export function nodesOf(workload: any): string[] {
  const terms: any[] = podOf(workload).affinity?.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields }) => matchFields.flatMap(({ values }: any) => values));
}

/** What a volume of the pod is, and where it is mounted: the mount without its name, or undefined where there is none. */
export function mountOf(workload: any, name: string): any {
  const { containers, volumes } = podOf(workload);
  const { name: _, ...source } = volumes.find((volume: any) => volume.name === name) ?? {};
  const mount = containers[0].volumeMounts.find((volumeMount: any) => volumeMount.name === name);
  return mount && { source, path: mount.mountPath, readOnly: mount.readOnly ?? false };
}
