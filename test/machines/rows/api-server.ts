import { Row, Understood } from '../row';

const of = 'kube-apiserver';
const source = 'kubernetes, cmd/kubeadm/app/phases/controlplane/manifests.go';
const PKI = '/etc/kubernetes/pki';
const typescript = 'understood';

/** As kubeadm makes it, and what is different about it. */
function api(settings: Record<string, string> = {}, more: Partial<Understood> = {}, pki = PKI): Understood {
  const files = {
    'etcd-cafile': `${pki}/etcd/ca.crt`,
    'etcd-certfile': `${pki}/apiserver-etcd-client.crt`,
    'etcd-keyfile': `${pki}/apiserver-etcd-client.key`,
  };
  return {
    hostFiles: files,
    image: 'registry.k8s.io/kube-apiserver:v1.34.2',
    ...more,
    settings: { 'secure-port': '6443', 'etcd-servers': 'https://127.0.0.1:2379', ...files, ...settings },
  };
}

/** Manifests of the API server. TypeScript reads none of them. */
export const API_SERVER: Row[] = [
  { file: 'apiserver-kubeadm-1.20', title: '--insecure-port=0', of, source, minors: [20, 21], expect: api({ 'insecure-port': '0' }, { image: 'k8s.gcr.io/kube-apiserver:v1.20.15' }) },
  { file: 'apiserver-kubeadm-1.22', title: 'seccomp', of, source, minors: [22, 23, 24], expect: api({ 'insecure-port': '' }, { image: 'k8s.gcr.io/kube-apiserver:v1.22.17' }) },
  {
    file: 'apiserver-kubeadm-1.25',
    title: 'a priority by number',
    of,
    source,
    minors: [25, 26, 27, 28, 29, 30, 31, 32, 33],
    expect: api({ 'insecure-port': '' }, { image: 'registry.k8s.io/kube-apiserver:v1.25.16' }),
  },
  { file: 'apiserver-kubeadm-1.34', title: 'ports by name, no creationTimestamp', of, source, minors: [34, 35, 36, 37], expect: api({ 'insecure-port': '' }) },
  { file: 'apiserver-other-port', title: 'localAPIEndpoint.bindPort', of, source, expect: api({ 'secure-port': '8443' }) },
  { file: 'apiserver-no-port', title: 'no --secure-port: 6443 is the default', of, source: 'written for this table', expect: api({ 'secure-port': '' }) },
  { file: 'apiserver-port-twice', title: 'a port twice, of which the last one counts', of, source: 'pflag', expect: api({ 'secure-port': '7443' }) },
  { file: 'apiserver-bind-address', title: '--bind-address', of, source: 'hardening guides', expect: api({ 'bind-address': '192.0.2.11' }) },
  {
    file: 'apiserver-ipv6',
    title: '--bind-address=:: in quotes',
    of,
    source,
    expect: api({ 'bind-address': '::', 'advertise-address': '2001:db8::11', 'etcd-servers': 'https://[::1]:2379' }),
  },
  {
    file: 'apiserver-colons-at-the-end',
    title: '--bind-address=:: without quotes',
    of,
    source: 'slips of the hand',
    expect: { refused: /bind-address|:|mapping|word|string/i, because: 'a colon at the end makes it a mapping, and the kubelet wants words' },
  },
  {
    file: 'apiserver-several-etcd-servers',
    title: 'several etcd servers',
    of,
    source: 'kubespray; kubeadm extraArgs',
    expect: api({ 'etcd-servers': 'https://192.0.2.11:2379,https://192.0.2.12:2379,https://192.0.2.13:2379' }),
  },
  {
    file: 'apiserver-external-etcd',
    title: 'etcd outside, another one for events',
    of,
    source: 'kubespray, etcd.external',
    expect: api({
      'etcd-servers': 'https://192.0.2.91:2379,https://192.0.2.92:2379,https://192.0.2.93:2379',
      'etcd-servers-overrides': '/events#https://192.0.2.91:2383;https://192.0.2.92:2383',
      'etcd-cafile': '/etc/ssl/etcd/ssl/ca.pem',
      'etcd-certfile': '/etc/ssl/etcd/ssl/node-cp1.pem',
      'etcd-keyfile': '/etc/ssl/etcd/ssl/node-cp1-key.pem',
    }, { hostFiles: { 'etcd-cafile': '/etc/ssl/etcd/ssl/ca.pem', 'etcd-certfile': '/etc/ssl/etcd/ssl/node-cp1.pem' } }),
  },
  {
    file: 'apiserver-encryption',
    title: 'encryption at rest',
    of,
    source: 'Kubernetes, encrypt-data',
    expect: api({ 'encryption-provider-config': '/etc/kubernetes/enc/enc.yaml' }, { hostFiles: { 'encryption-provider-config': '/srv/enc/enc.yaml' } }),
  },
  { file: 'apiserver-etcd-prefix', title: '--etcd-prefix', of, source: 'several clusters in one etcd', expect: api({ 'etcd-prefix': '/prod' }) },
  { file: 'apiserver-quoted-flags', title: 'flags in quotes, a comment behind', of, source: 'edited by hand', expect: api({ 'advertise-address': '192.0.2.11' }) },
  { file: 'apiserver-blank-behind-flag', title: 'blanks behind flags', of, source: 'edited by hand', expect: api() },
  { file: 'apiserver-comment-before-command', title: 'flags in comments', of, source: 'edited by hand', expect: api() },
  { file: 'apiserver-flow-command', title: 'the command on one line', of, source: 'edited by hand', expect: api() },
  { file: 'apiserver-args', title: 'flags in args', of, source: 'edited by hand', expect: api() },
  { file: 'apiserver-value-in-next-item', title: 'values in the next item, the port in quotes', of, source: 'edited by hand', expect: api() },
  {
    file: 'apiserver-number-in-next-item',
    title: 'the port in the next item, without quotes',
    of,
    source: 'edited by hand',
    expect: { refused: /6443|number|quote|string/i, because: 'the kubelet wants words' },
  },
  {
    file: 'apiserver-konnectivity',
    title: 'konnectivity beside it, with a --secure-port of its own',
    of,
    source: 'kubernetes-sigs/apiserver-network-proxy, as a sidecar',
    expect: api({ 'egress-selector-config-file': '/etc/kubernetes/egress.yaml' }),
  },
  {
    file: 'apiserver-host-ip',
    title: '$(HOST_IP) from a field',
    of,
    source: 'Typhoon, kubermatic',
    typescript,
    expect: { refused: /\$|variable|valueFrom|env/i, because: 'a flag with a value that only the node knows is declined, whichever', meaning: api() },
  },
  {
    file: 'apiserver-hyperkube',
    title: '/hyperkube kube-apiserver',
    of,
    source: 'bootkube, hyperkube',
    typescript,
    expect: { refused: /hyperkube|command|program/i, because: 'what another program does with its words is not known', meaning: api() },
  },
  {
    file: 'apiserver-sh-c',
    title: 'sh -c with one text',
    of,
    source: 'kubernetes, cluster/gce/manifests/kube-apiserver.manifest',
    typescript,
    expect: { refused: /sh\b|shell/i, because: 'what a shell makes of a text only a shell knows', meaning: api() },
  },
  {
    file: 'apiserver-minikube',
    title: 'minikube',
    of,
    source: 'minikube, kube-apiserver.yaml of a node',
    expect: api({ 'secure-port': '8443' }, {}, '/var/lib/minikube/certs'),
  },
  {
    file: 'apiserver-rke2',
    title: 'RKE2',
    of,
    source: 'rancher/rke2, pod-manifests/kube-apiserver.yaml',
    expect: api({}, { image: 'index.docker.io/rancher/hardened-kubernetes:v1.32.5-rke2r1-build20250515' }, '/var/lib/rancher/rke2/server/tls'),
  },
];
