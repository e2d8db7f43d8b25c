import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ResolvedUpgrade } from './resolved-upgrade';
import { Turn } from './turn';
import { hostOperationJob } from '../runtime/host-operation';
import { Program } from '../runtime/program';
import { standardLabels } from '../runtime/program-pod';
import { Tool } from '../runtime/toolbox';

/** The Job that upgrades a node. With `turn`, the node waits until it is its turn. */
export function nodeUpgradeJob(scope: Construct, node: string, upgrade: ResolvedUpgrade, turn?: Turn): kplus.Job {
  const { cluster, job, operationId, replacedBy } = upgrade;
  const image = job.images.etcdFor(cluster);
  const home = new Construct(scope, `pod:${node}`);
  const asked = turn?.partFor(home, node, {
    cluster, job, env: { OPERATION: kplus.EnvValue.fromValue(operationId), TO: kplus.EnvValue.fromValue(upgrade.to.toString()) },
  });
  return hostOperationJob(scope, home, {
    program: Program.UPGRADE_NODE,
    operationId,
    expires: upgrade.expires,
    kubernetesVersion: cluster.kubernetesVersion,
    node,
    image,
    tools: toolsFor(upgrade, node),
    // The node is drained under the pod, and may be cordoned by anybody.
    tolerations: [kplus.NodeTaintQuery.any()],
    job,
    env: { SELF: node, ...upgrade.env, ...replacedBy !== undefined && { REPLACED_BY: replacedBy }, ...asked?.env },
    mounts: asked && [asked.mount],
    parts: (carry) => [...asked ? [asked.part] : [], carry(Program.UPGRADE_NODE.name)],
    serviceAccount: turn?.serviceAccount,
    // By the label of the operation the drain knows the pod that carries it.
    labels: standardLabels('node-upgrade', cluster.name, { ...upgrade.labels, ...asked?.labels, 'cdk8s-day2/operation': operationId }),
    annotations: upgrade.annotations,
  });
}

/** kubectl; and on a control plane the new components, which are tried before anything is changed. So the node has their images, too. */
function toolsFor({ cluster, to, job }: ResolvedUpgrade, node: string): Tool[] {
  const tool = (name: string, path: string, mebibytes: number) =>
    ({ name, path: `${path}/${name}`, image: job.images.rewrite(`registry.k8s.io/${name}:v${to}`), size: Size.mebibytes(mebibytes) });
  return [
    tool('kubectl', '/bin', 80),
    ...cluster.controlPlanes.includes(node) ? [
      tool('kube-apiserver', '/usr/local/bin', 160), tool('kube-controller-manager', '/usr/local/bin', 160), tool('kube-scheduler', '/usr/local/bin', 120),
    ] : [],
  ];
}
