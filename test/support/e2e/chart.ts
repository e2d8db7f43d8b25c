import { App, Chart } from 'cdk8s';
import { KubernetesObject } from './kubernetes';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../../src/cluster/etcd-version';
import { KubeadmCluster } from '../../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../../src/cluster/kubernetes-version';
import { Stage } from '../../e2e/stage';

/** Synthesizes what a user's chart would hold, in a namespace. */
export function synthesized({ namespace }: { readonly namespace: string }, build: (chart: Chart) => void): KubernetesObject[] {
  const chart = new Chart(new App(), 'backups', { namespace });
  build(chart);
  return chart.toJson();
}

/** The lab's cluster as its user describes it. @param name of the cluster, and of its folder on the volume. */
export function kubeadmCluster({ cluster, versions }: Stage, name: string): EtcdCluster {
  return EtcdCluster.kubeadm({
    name,
    kubernetesVersion: KubernetesVersion.of(versions.kubernetes),
    controlPlanes: cluster.controlPlanes.map((node) => node.name),
  });
}

/** The same with its nodes, for what works on them. @param version that it has, if that is another one by now. */
export function nodesOfCluster({ cluster, versions }: Stage, name: string, version: string = versions.kubernetes): KubeadmCluster {
  return KubeadmCluster.of({
    name,
    kubernetesVersion: KubernetesVersion.of(version),
    controlPlanes: cluster.controlPlanes.map((node) => node.name),
    workers: cluster.workers.map((node) => node.name),
  });
}

/** The lab's etcd outside the cluster as its user describes it. @param name of the cluster, and of its folder on the volume. */
export function externalCluster({ cluster, versions }: Stage, name: string, certificates: EtcdCertificates): EtcdCluster {
  const endpoints = cluster.etcdMembers.map(({ address }) => `https://${address}:2379`);
  return EtcdCluster.external({ name, endpoints, etcdVersion: EtcdVersion.of(versions.etcd), certificates });
}

/** The names of all objects of a kind. */
export function namesOf(objects: KubernetesObject[], kind: string): string[] {
  return objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
}
