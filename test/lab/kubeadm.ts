import { stringify } from 'yaml';
import { apiHost } from './node-files';
import { NodePlan, Plan } from './topology';

// Fixed secrets: the cluster is on a network of its own for the time of a test, so nobody else could use them.
const token = 'abcdef.0123456789abcdef';
const certificateKey = '0123456789abcdef'.repeat(4);

const kubeadmApi = 'kubeadm.k8s.io/v1beta4';

/** Where kubeadm expects the files with which API servers show themselves to an etcd outside the cluster. */
export const externalEtcdClient = { ca: '/etc/kubernetes/pki/etcd/ca.crt', name: '/etc/kubernetes/pki/apiserver-etcd-client' };

/** The input of `kubeadm init`. */
export function initConfiguration(plan: Plan): string {
  const [first] = plan.nodes;
  return documents(
    {
      apiVersion: kubeadmApi,
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: first.address },
      bootstrapTokens: [{ token, ttl: '0s' }],
      certificateKey,
      // Where there is no worker, pods run on the control planes.
      nodeRegistration: { ...registration(first), ...!plan.nodes.some(({ role }) => role === 'worker') && { taints: [] } },
      // Charts of etcd's day-2 work name addresses, not services.
      skipPhases: ['addon/coredns'],
    },
    {
      apiVersion: kubeadmApi,
      kind: 'ClusterConfiguration',
      kubernetesVersion: `v${plan.kubernetes}`,
      controlPlaneEndpoint: `${apiHost}:6443`,
      networking: { podSubnet: '10.244.0.0/16' },
      etcd: etcd(plan),
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'cgroupfs',
      failSwapOn: false,
      failCgroupV1: false,
      enforceNodeAllocatable: [],
      // The disk is this machine's, and overlays don't tell how much of it a container uses.
      evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '50Mi' },
      localStorageCapacityIsolation: false,
    },
    // The limits belong to the kernel, which isn't the node's.
    { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', conntrack: { maxPerCore: 0, min: 0 } },
  );
}

/** The input of `kubeadm join`. */
export function joinConfiguration(plan: Plan, node: NodePlan): string {
  const controlPlane = { localAPIEndpoint: { advertiseAddress: node.address }, certificateKey };
  return documents({
    apiVersion: kubeadmApi,
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken: { token, apiServerEndpoint: `${plan.nodes[0].address}:6443`, unsafeSkipCAVerification: true } },
    nodeRegistration: registration(node),
    ...node.role === 'control-plane' && { controlPlane },
  });
}

/** The input of `kubeadm init phase certs`, with which a machine outside the cluster gets its etcd certificates. */
export function etcdCertificates(plan: Plan, node: NodePlan): string {
  const names = [node.name, node.address];
  return documents({
    apiVersion: kubeadmApi,
    kind: 'ClusterConfiguration',
    kubernetesVersion: `v${plan.kubernetes}`,
    etcd: { local: { serverCertSANs: names, peerCertSANs: names } },
  });
}

function etcd(plan: Plan): object {
  const members = plan.nodes.filter(({ role }) => role === 'etcd');
  if (members.length === 0) return { local: { imageTag: `${plan.etcd}-0` } };
  return {
    external: {
      endpoints: members.map(({ address }) => `https://${address}:2379`),
      caFile: externalEtcdClient.ca,
      certFile: `${externalEtcdClient.name}.crt`,
      keyFile: `${externalEtcdClient.name}.key`,
    },
  };
}

function registration({ name }: NodePlan): object {
  return { name, criSocket: 'unix:///run/containerd/containerd.sock', imagePullPolicy: 'IfNotPresent', ignorePreflightErrors: ['all'] };
}

function documents(...objects: object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
