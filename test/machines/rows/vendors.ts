import { Row } from '../row';
import { cp1, filesIn } from './cp1';

const of = 'etcd';
const MINIKUBE = '/var/lib/minikube/certs/etcd';
const HEX = '0123456789abcdef'.repeat(4);

/** A member whose files are where kubeadm doesn't put them. */
const member = (name: string, host: string, listen = `https://127.0.0.1:2379,https://${host}:2379`) => ({
  'name': name,
  'listen-client-urls': listen,
  'advertise-client-urls': `https://${host}:2379`,
  'initial-advertise-peer-urls': `https://${host}:2380`,
  'initial-cluster': `${name}=https://${host}:2380`,
});

/** What other tools than kubeadm alone write. */
export const VENDORS: Row[] = [
  {
    file: 'vendor-minikube',
    title: 'minikube',
    of,
    source: 'minikube, etcd.yaml of a node',
    expect: cp1({ ...member('minikube', '192.0.2.49'), 'data-dir': '/var/lib/minikube/etcd', ...filesIn(MINIKUBE) },
      { hostDataDir: '/var/lib/minikube/etcd', hostFiles: filesIn(MINIKUBE), image: 'registry.k8s.io/etcd:3.6.4-0' }),
  },
  { file: 'vendor-kind', title: 'kind', of, source: 'kind, a control-plane container', expect: cp1(member('kind-control-plane', '198.51.100.2')) },
  {
    file: 'vendor-bootkube',
    title: 'bootkube\'s bootstrap etcd',
    of,
    source: 'kubernetes-incubator/bootkube, bootstrap-etcd.yaml; Typhoon of old',
    expect: {
      settings: {
        'name': 'boot-etcd',
        'data-dir': '/var/etcd/data',
        'listen-client-urls': 'https://0.0.0.0:12379',
        'advertise-client-urls': 'https://192.0.2.20:12379',
        'initial-cluster': 'boot-etcd=https://192.0.2.20:12380',
        'trusted-ca-file': '/etc/kubernetes/secrets/etcd/server-ca.crt',
        'cert-file': '/etc/kubernetes/secrets/etcd/server.crt',
      },
      hostDataDir: '/var/etcd/data',
      hostFiles: {
        'trusted-ca-file': '/etc/kubernetes/bootstrap-secrets/etcd/server-ca.crt',
        'cert-file': '/etc/kubernetes/bootstrap-secrets/etcd/server.crt',
      },
      image: 'quay.io/coreos/etcd:v3.1.8',
    },
  },
  {
    file: 'vendor-tkg',
    title: 'a tag of VMware',
    of,
    source: 'VMware Tanzu, TKR_DATA',
    expect: cp1({}, { image: 'projects.registry.vmware.com/tkg/etcd:v3.5.6_vmware.20' }),
  },
  {
    file: 'vendor-eks-d',
    title: 'a tag of EKS-D',
    of,
    source: 'aws/eks-distro',
    expect: cp1({}, { image: 'public.ecr.aws/eks-distro/etcd-io/etcd:v3.5.10-eks-1-29-5' }),
  },
  {
    file: 'vendor-digest',
    title: 'tag and digest, from a mirror with a port',
    of,
    source: 'kubeadm --patches',
    expect: cp1({}, { image: `registry.example.com:5000/mirror/etcd:3.5.24-0@sha256:${HEX}` }),
  },
  {
    file: 'vendor-etcdadm',
    title: 'etcdadm',
    of,
    source: 'aws/etcdadm, --init-system kubelet',
    expect: cp1({ ...member('etcd-1', '192.0.2.31', 'https://192.0.2.31:2379,https://127.0.0.1:2379'), 'data-dir': '/var/lib/etcd/data', ...filesIn('/etc/etcd/pki') },
      { hostDataDir: '/var/lib/etcd/data', hostFiles: filesIn('/etc/etcd/pki'), image: 'public.ecr.aws/eks-distro/etcd-io/etcd:v3.5.8-eks-1-26-16' }),
  },
  {
    file: 'vendor-deckhouse',
    title: 'an image without tag, user 0',
    of,
    source: 'deckhouse/deckhouse, candi/control-plane-kubeadm',
    typescript: /etcdVersion must be given/,
    expect: cp1(member('master-0', '192.0.2.39'), { user: '0', image: `registry.example.com/deckhouse/etcd@sha256:${'fedcba9876543210'.repeat(4)}` }),
  },
  {
    file: 'vendor-rke1',
    title: 'etcd as RKE1 starts it',
    of,
    source: 'rancher/rke, docker inspect etcd',
    expect: {
      settings: {
        'name': 'etcd-rke-1',
        'data-dir': '/var/lib/rancher/etcd/',
        'advertise-client-urls': 'https://192.0.2.71:2379',
        'initial-cluster': 'etcd-rke-1=https://192.0.2.71:2380,etcd-rke-2=https://192.0.2.72:2380,etcd-rke-3=https://192.0.2.73:2380',
        'cert-file': '/etc/kubernetes/ssl/kube-etcd-192-0-2-71.pem',
      },
      hostDataDir: '/var/lib/etcd',
      hostFiles: { 'trusted-ca-file': '/etc/kubernetes/ssl/kube-ca.pem', 'key-file': '/etc/kubernetes/ssl/kube-etcd-192-0-2-71-key.pem' },
      image: 'rancher/mirrored-coreos-etcd:v3.5.9',
    },
  },
  {
    file: 'vendor-talos-like',
    title: 'flags as Talos gives them, a user, IPv6',
    of,
    source: 'siderolabs/talos, the etcd service',
    expect: cp1({ ...member('talos-cp-1', '[2001:db8::81]', 'https://[::]:2379'), ...filesIn('/system/secrets/etcd') },
      { hostFiles: filesIn('/system/secrets/etcd'), user: '60', image: 'gcr.io/etcd-development/etcd:v3.6.4' }),
  },
  {
    file: 'vendor-plain-http',
    title: 'no TLS, values apart from flags, all on one line',
    of,
    source: 'romana/kubernetes-ha and kube-up of old',
    expect: {
      settings: { 'name': 'm1', 'data-dir': '/var/etcd/data', 'listen-client-urls': 'http://0.0.0.0:2379', 'advertise-client-urls': 'http://198.51.100.7:2379', 'cert-file': '' },
      hostDataDir: '/var/etcd/data',
      image: 'quay.io/coreos/etcd:v3.3.10',
    },
  },
  {
    file: 'vendor-kube-up',
    title: 'JSON over many lines, in a shell',
    of,
    source: 'kubernetes, cluster/gce/manifests/etcd.manifest',
    typescript: 'understood',
    expect: {
      refused: /flow|line|\{|sh\b|shell/i,
      because: 'flow style over several lines, and a shell',
      meaning: {
        settings: { 'name': 'etcd-m1', 'data-dir': '/var/etcd/data', 'advertise-client-urls': 'http://127.0.0.1:2379' },
        hostDataDir: '/mnt/master-pd/var/etcd/data',
        image: 'registry.example.com/etcd-amd64:3.4.13-0',
      },
    },
  },
  {
    file: 'vendor-openshift',
    title: 'a shell script that exports variables',
    of,
    source: 'openshift/cluster-etcd-operator, bindata/etcd/pod.yaml',
    expect: { refused: /sh\b|shell|block|\||name|script/i, because: 'the script sets the name, and an operator of its own restores it' },
  },
  {
    file: 'vendor-kops-etcd-manager',
    title: 'etcd-manager, which starts etcd itself',
    of,
    source: 'kubernetes/kops, pkg/model/components/etcdmanager',
    expect: { refused: /etcd|sh\b|line/i, because: 'no container runs etcd; etcd-manager restores it' },
  },
  {
    file: 'vendor-rke2',
    title: 'everything in a file',
    of,
    source: 'rancher/rke2, pod-manifests/etcd.yaml',
    expect: { refused: /config-file/, because: 'etcd reads the file and passes over its flags' },
  },
];
