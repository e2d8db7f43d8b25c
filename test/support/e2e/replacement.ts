import assert from 'node:assert/strict';
import { join } from 'path';
import { kubeadmCluster, namesOf, synthesized } from './chart';
import { HostRecord, HostResult } from './host-record';
import { KubernetesObject } from './kubernetes';
import { clusterSeenBy } from './members';
import { ContainerImages } from '../../../src/cluster/container-images';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { EtcdMemberReplacementJob } from '../../../src/restore/etcd-member-replacement-job';
import { Stage } from '../../e2e/stage';
import { etcdTool } from '../../lab/binaries';
import { NodeAccess } from '../../lab/node-access';
import { Outcome, runOrThrow } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';

const programs = join(__dirname, '../../../programs');
const data = '/var/lib/etcd';
const kit = '/root/replace-member';

/** A cluster of three members, of which one fails. */
export class ReplacementDrill {
  static async begin(stage: Stage): Promise<ReplacementDrill> {
    const { cluster, kubernetes } = stage;
    await cluster.waitUntilReady();
    const drill = new ReplacementDrill(stage, kubeadmCluster(stage, 'replaced'));
    await stage.loadImages(ContainerImages.defaults().listFor(drill.etcd), drill.nodes);
    await kubernetes.createNamespace();
    await kubernetes.apply([drill.marker('before')]);
    drill.clusterId = (await clusterSeenBy(drill.nodes[0])).clusterId;
    return drill;
  }

  readonly nodes: NodeAccess[];
  private clusterId = '';

  private constructor(readonly stage: Stage, readonly etcd: EtcdCluster) {
    this.nodes = stage.cluster.controlPlanes;
  }

  /** An id that no other scenario has. */
  idFor(what: string): string {
    return `${this.stage.namespace}-${what}`;
  }

  /** Starts the Job of a user's chart, with a failpoint, which no chart can set. Returns its name. */
  async start(node: NodeAccess, replacementId: string, failpoint?: string): Promise<string> {
    const objects = synthesized(this.stage, (chart) => {
      new EtcdMemberReplacementJob(chart, 'replacement', {
        cluster: this.etcd,
        node: node.name,
        replacementId,
        expires: new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, ''),
      });
    });
    for (const { spec } of objects.filter(({ kind }) => kind === 'Job')) {
      // One try tells enough.
      spec.backoffLimit = 0;
      if (failpoint) spec.template.spec.containers[0].env.push({ name: 'FAILPOINT', value: failpoint });
    }
    await this.stage.kubernetes.apply(objects);
    return namesOf(objects, 'Job')[0];
  }

  /** Brings the program and its tools to a machine, where `type` finds them. */
  async bringProgram(node: NodeAccess): Promise<void> {
    const etcd = etcdTool(this.stage.versions.etcd);
    await node.run(['mkdir', '-p', `${kit}/bin`]);
    const packed = await runOrThrow('sh', ['-c', 'tar -C "$1" -cf - . | base64 -w0', 'sh', programs]);
    await node.run(['sh', '-ec', 'base64 -d | tar -C "$1" -xf -', 'sh', kit], { input: packed });
    await node.copyTo(toolchain.busybox.path('busybox'), `${kit}/bin/busybox`, '700');
    await node.copyTo(etcd.path('etcdctl'), `${kit}/bin/etcdctl`, '700');
    this.stage.atTheEnd(() => node.run(['rm', '-rf', kit]));
  }

  /** Types a line where the program is, and waits for its end. */
  type(node: NodeAccess, line: string): Promise<Outcome> {
    return node.exec(['sh', '-c', `cd "$1" && ${line}`, 'sh', kit], { timeoutSeconds: 300 });
  }

  record(node: NodeAccess, replacementId: string): HostRecord {
    return new HostRecord(node, replacementId);
  }

  /** Waits until a replacement has ended, whatever came of it. */
  async ended(node: NodeAccess, replacementId: string, timeoutSeconds: number = 300): Promise<HostResult> {
    const record = this.record(node, replacementId);
    let ended: HostResult | undefined;
    await this.stage.kubernetes.eventually(`replacement ${replacementId} ends on ${node.name}`, async () => {
      ended = await record.result();
      if (ended === undefined) throw new Error((await record.log()).trim().split('\n').slice(-5).join('\n'));
      return true;
    }, timeoutSeconds);
    return ended!;
  }

  /** Throws unless the member was replaced and the cluster is whole: each API server serves what was written before and since. */
  async assertReplaced(node: NodeAccess, replacementId: string): Promise<void> {
    const result = await this.ended(node, replacementId);
    assert.deepEqual([result.status, result.outcome], [0, 'replaced'], JSON.stringify(result));
    this.stage.say(result.message);
    await this.assertWhole();
    await this.stage.kubernetes.apply([this.marker(replacementId)]);
    for (const { name } of this.nodes) {
      await this.stage.kubernetes.eventually(`the API server on ${name} has what was written before and after`, async () => {
        const listed = await this.stage.cluster.kubectl(['get', 'configmaps', '-n', this.stage.namespace, '-o', 'name', '--request-timeout=5s'], { via: name });
        return ['before', replacementId].every((marker) => listed.stdout.split('\n').includes(`configmap/${marker}`));
      }, 90);
    }
    assert.equal(await node.shell('stat -c "%a %U" "$1"', data), '700 root\n');
    assert.equal(await node.shell('ls /etc/systemd/system | grep cdk8s-day2 || true'), '', 'no unit is left');
    await this.stage.cluster.waitUntilReady();
  }

  /** Throws unless every machine has a voter of the cluster of before, and there is no other member. */
  async assertWhole(): Promise<void> {
    for (const node of this.nodes) {
      const { clusterId, members } = await clusterSeenBy(node);
      assert.deepEqual(members, this.nodes.map(({ name }) => ({ name, isLearner: false })));
      assert.equal(clusterId, this.clusterId, `${node.name} serves another cluster`);
      assert.deepEqual((await node.run(['ls', '/etc/kubernetes/manifests'])).trim().split('\n'),
        ['etcd.yaml', 'kube-apiserver.yaml', 'kube-controller-manager.yaml', 'kube-scheduler.yaml']);
    }
  }

  private marker(name: string): KubernetesObject {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: this.stage.namespace }, data: { written: name } };
  }
}

/** The steps of the program, in their order. */
export async function replacementSteps(): Promise<string[]> {
  const listed = await runOrThrow('sh', [join(programs, 'replace-member.sh'), 'steps']);
  return /^member: (.*)$/m.exec(listed)![1].split(' ');
}

/** As a failing disk does: ends etcd, and spoils its log, so that etcd can't read it when it starts again. */
export async function spoilData(node: NodeAccess): Promise<void> {
  await withoutEtcd(node, `
    for log in "$1"/member/wal/*.wal; do dd if=/dev/urandom of="$log" bs=4k count=16 conv=notrunc status=none; done
    systemctl start kubelet`);
}

/** As if the disk were gone: ends etcd and removes its data folder. The kubelet is stopped, so nothing makes the folder again. */
export async function loseData(node: NodeAccess): Promise<void> {
  await withoutEtcd(node, 'rm -rf "$1"');
}

async function withoutEtcd(node: NodeAccess, script: string): Promise<void> {
  await node.shell(`systemctl stop kubelet; pkill -9 -x etcd || true; while pidof etcd >/dev/null; do sleep 0.2; done; ${script}`, data);
}

/** Lets a node's kubelet ask another node's API server, as a load balancer does when its own is down. */
export async function askAnotherApiServer(stage: Stage, node: NodeAccess, other: NodeAccess): Promise<void> {
  const ask = (address: string) => node.shell('sed -i "s,server: .*,server: https://$1:6443," /etc/kubernetes/kubelet.conf && systemctl restart kubelet', address);
  stage.atTheEnd(() => ask(node.address));
  await ask(other.address);
}
