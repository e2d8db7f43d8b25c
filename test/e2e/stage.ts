import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { stringify } from 'yaml';
import { ClusterAccess } from '../lab/cluster-access';
import { imagesOn } from '../lab/image-loading';
import { collectLogs } from '../lab/logs';
import { NodeAccess } from '../lab/node-access';
import { Etcd } from '../support/e2e/etcd';
import { Kubernetes } from '../support/e2e/kubernetes';

/** What runs in the cluster. */
export interface Versions {
  readonly kubernetes: string;
  readonly etcd: string;
}

/** Records of operations on a machine's own files, and what else was noted there while a scenario ran. */
const whatHostOperationsLeft = `
  for file in /var/lib/cdk8s-day2/operations/*/log /var/lib/cdk8s-day2/operations/*/result /var/lib/witness/log; do
    if [ -f "$file" ]; then tail -v -n 2000 "$file"; fi
  done
  for folder in /var/lib/cdk8s-day2/operations /var/lib/etcd; do if [ -d "$folder" ]; then find "$folder" -maxdepth 4; fi; done`;

/** What a scenario has at hand, and what remains of it when it fails. */
export class Stage {
  /** Where a scenario's objects live; there is nothing in it when the scenario begins, and it goes when the scenario ends. */
  readonly namespace: string;
  readonly kubernetes: Kubernetes;
  /** The etcd of the cluster, asked without the library that is under test. */
  readonly etcd: Etcd;
  private readonly endings: (() => Promise<void>)[] = [];

  /** @param say tells the person who waits how far it is. */
  constructor(readonly cluster: ClusterAccess, readonly versions: Versions, name: string, readonly say: (text: string) => void) {
    this.namespace = name;
    this.kubernetes = new Kubernetes(cluster, name);
    this.etcd = new Etcd(versions.etcd);
  }

  /** Puts images onto every node that lacks them: exactly these, so that a list that isn't complete is found out. */
  async loadImages(references: readonly string[], nodes?: readonly NodeAccess[]): Promise<void> {
    for (const node of nodes ?? [...this.cluster.controlPlanes, ...this.cluster.workers]) {
      const present = await imagesOn(node);
      await this.cluster.loadImages(references.filter((reference) => !present.includes(reference)), [node]);
    }
  }

  /** Does some work when the scenario ends, however it ends. What was added last is done first. */
  atTheEnd(work: () => Promise<unknown>): void {
    this.endings.unshift(async () => { await work(); });
  }

  /** Puts the cluster back as it was. Throws what went wrong, after everything was tried. */
  async clear(): Promise<void> {
    const errors: unknown[] = [];
    for (const ending of [...this.endings, () => this.kubernetes.clear()]) await ending().catch((error) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, `the scenario left something behind: ${errors.map(String).join('; ')}`);
  }

  /** Writes what was applied and what cluster and nodes have to say into a folder. */
  async keepEvidence(folder: string): Promise<void> {
    await collectLogs(this.cluster, join(folder, 'logs'));
    for (const node of [...this.cluster.controlPlanes, ...this.cluster.workers, ...this.cluster.etcdMembers]) {
      const said = await node.shell(whatHostOperationsLeft).catch((error: Error) => error.message);
      if (said !== '') writeFileSync(join(folder, 'logs', `${node.name}.operations.log`), said);
    }
    const storage = await this.kubernetes.tryKubectl(['get', 'persistentvolumes,persistentvolumeclaims,volumeattachments', '--all-namespaces', '-o', 'yaml']);
    writeFileSync(join(folder, 'logs', 'storage.yaml'), storage.stdout + storage.stderr);
    const manifests = join(folder, 'manifests');
    mkdirSync(manifests, { recursive: true });
    this.kubernetes.applied.forEach((objects, i) => {
      writeFileSync(join(manifests, `${String(i + 1).padStart(2, '0')}.yaml`), objects.map((object) => stringify(object)).join('---\n'));
    });
  }
}
