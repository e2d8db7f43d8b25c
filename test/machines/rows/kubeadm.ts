import { Row } from '../row';
import { cp1, filesIn } from './cp1';

const source = 'kubernetes, cmd/kubeadm/app/phases/etcd/local.go';
const of = 'etcd';

const THREE = 'cp2=https://192.0.2.12:2380,cp1=https://192.0.2.11:2380,cp3=https://192.0.2.13:2380';

/** The member that joined last, so its flags name all members. */
const CP3 = {
  'name': 'cp3',
  'listen-client-urls': 'https://127.0.0.1:2379,https://192.0.2.13:2379',
  'advertise-client-urls': 'https://192.0.2.13:2379',
  'initial-advertise-peer-urls': 'https://192.0.2.13:2380',
  'initial-cluster': THREE,
  'initial-cluster-state': 'existing',
};

/** Manifests as kubeadm writes them, by its own options and without an edit by hand. */
export const KUBEADM: Row[] = [
  { file: 'kubeadm-1.20', title: 'probes of /health, ephemeral storage', of, source, minors: [20, 21], expect: cp1({}, { image: 'k8s.gcr.io/etcd:3.4.13-0' }) },
  { file: 'kubeadm-1.22', title: '--experimental-initial-corrupt-check, seccomp', of, source, minors: [22, 23, 24], expect: cp1({}, { image: 'k8s.gcr.io/etcd:3.5.0-0' }) },
  { file: 'kubeadm-1.26', title: '--experimental-watch-progress-notify-interval, a priority by number, probes with & and ? in their paths', of, source, minors: [25, 26, 27], expect: cp1({}, { image: 'registry.k8s.io/etcd:3.5.10-0' }) },
  { file: 'kubeadm-1.28', title: 'the same, with variables of kubeadm where there are any', of, source, minors: [28, 29, 30], expect: cp1({}, { image: 'registry.k8s.io/etcd:3.5.15-0' }) },
  { file: 'kubeadm-1.31', title: 'the third to join: livez and readyz', of, source, minors: [31, 32, 33], expect: cp1(CP3) },
  { file: 'kubeadm-1.34', title: '--feature-gates, ports by name, no creationTimestamp', of, source, minors: [34, 35], expect: cp1({}, { image: 'registry.k8s.io/etcd:3.6.5-0' }) },
  { file: 'kubeadm-1.36', title: 'the third to join', of, source, minors: [36], expect: cp1(CP3, { image: 'registry.k8s.io/etcd:3.6.8-0' }) },
  { file: 'kubeadm-1.37', title: 'etcd 3.7', of, source, minors: [37], expect: cp1({}, { image: 'registry.k8s.io/etcd:3.7.0-0' }) },
  {
    file: 'kubeadm-ipv6',
    title: 'addresses in brackets, which are no flow style',
    of,
    source,
    expect: cp1({
      'listen-client-urls': 'https://[::1]:2379,https://[2001:db8::11]:2379',
      'advertise-client-urls': 'https://[2001:db8::11]:2379',
      'initial-advertise-peer-urls': 'https://[2001:db8::11]:2380',
      'initial-cluster': 'cp1=https://[2001:db8::11]:2380',
    }),
  },
  {
    file: 'kubeadm-dual-stack',
    title: 'listens on both families by extraArgs',
    of,
    source,
    expect: cp1({
      'listen-client-urls': 'https://127.0.0.1:2379,https://[::1]:2379,https://192.0.2.11:2379,https://[2001:db8::11]:2379',
    }, { image: 'registry.k8s.io/etcd:3.6.5-0' }),
  },
  { file: 'kubeadm-extra-args', title: 'etcd.local.extraArgs', of, source, expect: cp1({ 'listen-metrics-urls': 'http://0.0.0.0:2381', 'election-timeout': '5000' }) },
  {
    file: 'kubeadm-extra-envs',
    title: 'etcd.local.extraEnvs, and the proxies that kubeadm hands on',
    of,
    source,
    expect: cp1({ 'heartbeat-interval': '250' }, { image: 'registry.k8s.io/etcd:3.6.5-0' }),
  },
  { file: 'kubeadm-patched-volumes', title: 'further volumes by --patches', of, source, expect: cp1({}, { image: 'registry.k8s.io/etcd:3.6.5-0' }) },
  {
    file: 'kubeadm-rootless',
    title: 'the feature gate RootlessControlPlane',
    of,
    source: 'kubernetes, cmd/kubeadm/app/util/staticpod/utils_linux.go',
    expect: cp1({}, { user: '995' }),
  },
  {
    file: 'kubeadm-folders',
    title: 'etcd.local.dataDir and certificatesDir',
    of,
    source,
    expect: cp1({ 'data-dir': '/data/etcd', ...filesIn('/etc/ssl/kubernetes/etcd') },
      { hostDataDir: '/data/etcd', hostFiles: filesIn('/etc/ssl/kubernetes/etcd'), image: 'registry.k8s.io/etcd:3.5.15-0' }),
  },
];
