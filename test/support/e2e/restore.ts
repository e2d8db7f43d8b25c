import assert from 'node:assert/strict';
import { Chart } from 'cdk8s';
import { BackupFolder } from './backup-folder';
import { kubeadmCluster, namesOf, synthesized } from './chart';
import { HostRecord, HostResult } from './host-record';
import { saved } from './job-run';
import { KubernetesObject } from './kubernetes';
import { clusterSeenBy, valuesBelow } from './members';
import { assertNeverTwo, outage, Witness } from './witness';
import { Workload, workloadImage } from './workload';
import { EtcdSnapshotJob, EtcdSnapshotJobProps } from '../../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { EtcdRestoreJob } from '../../../src/restore/etcd-restore-job';
import { EtcdRestoreJobProps } from '../../../src/restore/etcd-restore-job-props';
import { SnapshotSource } from '../../../src/restore/snapshot-source';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

const bump = 1_000_000_000;
const backups = '/mnt/restore';

type VolumeOf = (chart: Chart) => BackupVolume;
const hostFolder: VolumeOf = (chart) => BackupVolume.fromHostPath(chart, 'backups', { path: backups });

/** How a restore is started. */
export interface RestoreOrder extends Partial<EtcdRestoreJobProps> {
  readonly restoreId: string;
  /** Where each machine's program is hit, by the name of the node: `STEP:kill`, `every:hold`. */
  readonly failpoints?: { readonly [node: string]: string };
  /** Nodes whose Job is never applied. */
  readonly absent?: readonly string[];
}

/**
 * A cluster with a backup and a history after it, so that whoever looks can tell which state it is in.
 *
 * At the backup there is `before`, and one replica; since then `before` is gone, `after` is there, and there are two replicas.
 */
export class RestoreDrill {
  /**
   * Takes the backup on the first control plane, and makes the history.
   *
   * @param etcd the cluster as its user describes it; stacked unless given.
   * @param dataDir where etcd's data is on the machines.
   * @param volume where the backups are, as a chart of snapshots or restores has it.
   */
  static async begin(
    stage: Stage, name: string, snapshot: Partial<EtcdSnapshotJobProps> = {}, etcd: EtcdCluster = kubeadmCluster(stage, name),
    dataDir: string = '/var/lib/etcd', volume: VolumeOf = hostFolder,
  ): Promise<RestoreDrill> {
    const { cluster, kubernetes } = stage;
    await cluster.waitUntilReady();
    const drill = new RestoreDrill(stage, etcd, dataDir, volume);
    await stage.loadImages([...ContainerImages.defaults().listFor(drill.etcd), workloadImage]);
    stage.atTheEnd(() => drill.node.run(['rm', '-rf', backups]));
    await kubernetes.createNamespace();
    stage.atTheEnd(() => drill.witness.stop());
    await drill.renew(snapshot);
    return drill;
  }

  /** The machine that holds the backup. */
  readonly node: NodeAccess;
  /** All machines that take part: those with a member, and those with an API server. */
  readonly nodes: NodeAccess[];
  private readonly members: NodeAccess[];
  readonly folder: BackupFolder;
  readonly witness: Witness;
  readonly workload: Workload;
  /** Name of the backup. */
  backup = '';
  /** The first revision that only the restored cluster has. */
  private restoredFrom = 0;
  private oldClusterId = '';

  private constructor(readonly stage: Stage, readonly etcd: EtcdCluster, private readonly dataDir: string, private readonly volume: VolumeOf) {
    const { controlPlanes, etcdMembers } = stage.cluster;
    this.members = etcdMembers.length > 0 ? etcdMembers : controlPlanes;
    this.nodes = [...controlPlanes, ...etcdMembers];
    [this.node] = this.nodes;
    this.folder = new BackupFolder(this.node, `${backups}/${etcd.name}`);
    this.witness = new Witness(this.nodes);
    this.workload = new Workload(stage);
  }

  /** Takes another backup and makes another history, for another restore. */
  async renew(snapshot: Partial<EtcdSnapshotJobProps> = {}): Promise<void> {
    const { kubernetes } = this.stage;
    const witnessed = this.stage.cluster.controlPlanes.map((node) => ({ ...Witness.objectOf(node), data: {} }));
    await kubernetes.apply([...this.workload.objects(), this.marker('before'), ...witnessed]);
    await kubernetes.kubectl(['delete', 'configmap', 'after', '--ignore-not-found']);
    await this.workload.settles(1, this.watched);
    await this.takeSnapshot(snapshot);
    await kubernetes.kubectl(['delete', 'configmap', 'before']);
    await kubernetes.apply([this.marker('after')]);
    await this.workload.scale(2);
    await this.workload.settles(2, this.watched);
    this.oldClusterId = (await clusterSeenBy(this.members[0])).clusterId;
    await this.witness.start();
  }

  /** What a user's chart for a restore renders, with failpoints, which no chart has. */
  objects({ failpoints = {}, absent = [], ...props }: RestoreOrder): KubernetesObject[] {
    const objects = synthesized(this.stage, (chart) => {
      new EtcdRestoreJob(chart, 'restore', {
        cluster: this.etcd,
        volume: this.volume(chart),
        expires: new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, ''),
        holder: this.node.name,
        snapshot: SnapshotSource.at(this.backup),
        ...props,
      });
    });
    const present = objects.filter((object) => !absent.includes(machineOf(object) ?? ''));
    for (const object of present) {
      const value = failpoints[machineOf(object) ?? ''];
      if (value !== undefined) environmentOf(object).push({ name: 'FAILPOINT', value });
    }
    return present;
  }

  /** An id that no restore has used yet, also on a cluster that was played on before. */
  idFor(what: string): string {
    return `${this.stage.namespace}-${what}-${Date.now().toString(36)}`;
  }

  /** Starts a restore. Returns the names of its Jobs, the holder's first. */
  async start(order: RestoreOrder): Promise<string[]> {
    const objects = this.objects(order);
    await this.stage.kubernetes.apply(objects);
    return namesOf(objects, 'Job');
  }

  record(restoreId: string, node: NodeAccess = this.node): HostRecord {
    return new HostRecord(node, restoreId);
  }

  /** Waits until a restore has ended on machines, whatever came of it. */
  async ended(restoreId: string, timeoutSeconds: number = 600, nodes: readonly NodeAccess[] = this.nodes): Promise<HostResult[]> {
    const results: HostResult[] = [];
    for (const node of nodes) {
      await this.stage.kubernetes.eventually(`restore ${restoreId} ends on ${node.name}`, async () => {
        const result = await this.record(restoreId, node).result();
        if (result === undefined) throw new Error((await this.record(restoreId, node).log()).trim().split('\n').slice(-5).join('\n'));
        results.push(result);
        return true;
      }, timeoutSeconds);
    }
    return results;
  }

  /** Throws unless the restored cluster serves, whole and alone, and its controllers act. @param nodes those that have a part in it. */
  async assertRestored(restoreId: string, nodes: readonly NodeAccess[] = this.nodes): Promise<void> {
    for (const [index, result] of (await this.ended(restoreId, 600, nodes)).entries()) {
      assert.deepEqual([result.status, result.outcome], [0, 'restored'], `${nodes[index].name} says ${JSON.stringify(result)}`);
    }
    await this.assertState(nodes, { present: 'before', absent: 'after' });
    await this.assertData(nodes, { present: 'before', absent: 'after' });
    const { clusterId } = await this.assertMembers(nodes);
    assert.notEqual(clusterId, this.oldClusterId, 'the cluster is the old one');
    for (const node of this.membersAmong(nodes)) {
      const aside = `${this.dataDir}/before-${restoreId}/member`;
      assert.notEqual(await node.shell('ls "$1/wal" "$1/snap"', aside), '', `the old data of ${node.name} is in ${aside}`);
      const [owner, ofFolder] = (await node.run(['stat', '-c', '%U:%G', `${this.dataDir}/member`, this.dataDir])).trim().split('\n');
      assert.equal(owner, ofFolder, `the data of ${node.name} belongs to the user of etcd`);
    }
    // Clients that watch the API have to see first that the state went back, then what is new.
    await this.workload.settles(1, this.watched);
    await this.workload.scale(3);
    await this.workload.settles(3, this.watched);
    await this.assertApiServers(nodes);
    await this.assertNeverTwo();
  }

  /** Throws unless the old cluster serves as before. */
  async assertAsBefore(restoreId: string, nodes: readonly NodeAccess[] = this.nodes): Promise<void> {
    await this.assertState(nodes, { present: 'after', absent: 'before' });
    await this.assertData(nodes, { present: 'after', absent: 'before' });
    const { clusterId } = await this.assertMembers(nodes);
    assert.equal(clusterId, this.oldClusterId, 'the cluster is another one');
    for (const node of this.membersAmong(nodes)) {
      const left = (await node.run(['ls', this.dataDir])).split('\n').filter((name) => name.endsWith(`-${restoreId}`));
      assert.deepEqual(left, [], `${node.name} is as before`);
    }
    for (const node of this.apiServersAmong(nodes)) {
      assert.ok((await node.run(['ls', '/etc/kubernetes/manifests'])).includes('kube-apiserver.yaml'), `${node.name} has its API server back`);
    }
    assert.equal(await this.workload.replicas(), 2);
    const writes = await this.witness.writes();
    assert.deepEqual(writes.filter(({ revision }) => revision >= this.restoredFrom), [], 'no restored cluster has accepted a write');
  }

  /** Throws when two clusters have accepted writes. */
  async assertNeverTwo(): Promise<void> {
    const writes = await this.witness.writes();
    assertNeverTwo(writes, this.restoredFrom);
    this.stage.say(`${writes.length} writes were accepted, with ${outage(writes).toFixed(1)} s between two of them at most`);
  }

  private membersAmong(nodes: readonly NodeAccess[]): NodeAccess[] {
    return this.members.filter((node) => nodes.includes(node));
  }

  private apiServersAmong(nodes: readonly NodeAccess[]): NodeAccess[] {
    return this.stage.cluster.controlPlanes.filter((node) => nodes.includes(node));
  }

  /** The machine whose rules for services are looked at. */
  private get watched(): NodeAccess {
    return this.stage.cluster.workers[0] ?? this.node;
  }

  private marker(name: string): KubernetesObject {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: this.stage.namespace }, data: { written: name } };
  }

  /** Takes a backup of the state as it is; later restores are of that. */
  private async takeSnapshot(props: Partial<EtcdSnapshotJobProps>): Promise<void> {
    const { kubernetes } = this.stage;
    const objects = synthesized(this.stage, (chart) => {
      new EtcdSnapshotJob(chart, 'snapshot', {
        cluster: this.etcd,
        volume: this.volume(chart),
        nodes: SnapshotNodes.named(this.node.name),
        // Each is another Job.
        annotations: { taken: new Date().toISOString() },
        ...props,
      });
    });
    await kubernetes.apply(objects);
    const { backup, revision } = saved(await kubernetes.ended(namesOf(objects, 'Job')[0]));
    this.backup = backup;
    this.restoredFrom = revision + bump;
  }

  private async assertState(nodes: readonly NodeAccess[], { present, absent }: { present: string; absent: string }): Promise<void> {
    const { cluster, kubernetes, namespace } = this.stage;
    for (const { name } of this.apiServersAmong(nodes)) {
      await kubernetes.eventually(`the API server on ${name} has ${present}`, async () => {
        const { stdout, stderr } = await cluster.kubectl(['get', 'configmaps', '--namespace', namespace, '--output', 'name', '--request-timeout=5s'], { via: name });
        const objects = stdout.split('\n').map((line) => line.replace('configmap/', ''));
        if (!objects.includes(present)) throw new Error(`${stdout}${stderr}`);
        assert.ok(!objects.includes(absent), `${absent} is there, too`);
        return true;
      }, 180);
    }
  }

  /** The same in etcd itself, member by member: an API server may answer from its cache. */
  private async assertData(nodes: readonly NodeAccess[], { present, absent }: { present: string; absent: string }): Promise<void> {
    const keyOf = (name: string) => `/registry/configmaps/${this.stage.namespace}/${name}`;
    for (const node of this.membersAmong(nodes)) {
      assert.equal((await valuesBelow(node, keyOf(present))).length, 1, `etcd on ${node.name} holds ${present}`);
      assert.equal((await valuesBelow(node, keyOf(absent))).length, 0, `etcd on ${node.name} does not hold ${absent}`);
    }
  }

  /** Throws unless every member is a voter, there is no other member, and all are of one cluster. */
  private async assertMembers(nodes: readonly NodeAccess[]): Promise<{ clusterId: string }> {
    const wanted = this.membersAmong(nodes);
    const seen = await Promise.all(wanted.map(clusterSeenBy));
    for (const { clusterId, members } of seen) {
      assert.deepEqual(members, wanted.map(({ name }) => ({ name, isLearner: false })));
      assert.equal(clusterId, seen[0].clusterId);
    }
    return seen[0];
  }

  /** The addresses under which pods reach the API are those of the API servers that run. */
  private async assertApiServers(nodes: readonly NodeAccess[]): Promise<void> {
    const { kubernetes, cluster } = this.stage;
    await kubernetes.eventually('every API server is an endpoint of the service', async () => {
      const { stdout } = await cluster.kubectl(['get', 'endpointslice', 'kubernetes', '--namespace', 'default', '--output', 'json']);
      const listed = JSON.parse(stdout).endpoints.flatMap(({ addresses }: any) => addresses).sort();
      assert.deepEqual(listed, this.apiServersAmong(nodes).map(({ address }) => address));
      return true;
    }, 180);
  }
}

/** The machine that a Job of a restore is for; undefined for other objects. */
function machineOf(object: KubernetesObject): string | undefined {
  return object.kind === 'Job' ? environmentOf(object).find(({ name }) => name === 'SELF')?.value : undefined;
}

function environmentOf(object: KubernetesObject): { name: string; value?: string }[] {
  return object.spec.template.spec.containers[0].env;
}
