import { Understood } from '../row';

type Settings = Record<string, string>;

/** The member that most manifests are of: the only one of its cluster, as kubeadm makes it. */
const SETTINGS: Settings = {
  'name': 'cp1',
  'data-dir': '/var/lib/etcd',
  'listen-client-urls': 'https://127.0.0.1:2379,https://192.0.2.11:2379',
  'advertise-client-urls': 'https://192.0.2.11:2379',
  'initial-advertise-peer-urls': 'https://192.0.2.11:2380',
  'initial-cluster': 'cp1=https://192.0.2.11:2380',
  'trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt',
  'cert-file': '/etc/kubernetes/pki/etcd/server.crt',
  'key-file': '/etc/kubernetes/pki/etcd/server.key',
};

/** Where kubeadm's files are on the host: in one folder, mounted at its own place. */
export function filesIn(folder: string): Settings {
  return { 'trusted-ca-file': `${folder}/ca.crt`, 'cert-file': `${folder}/server.crt`, 'key-file': `${folder}/server.key` };
}

/** That member, and what is different about it. */
export function cp1(settings: Settings = {}, more: Partial<Understood> = {}): Understood {
  return {
    hostDataDir: '/var/lib/etcd',
    hostFiles: filesIn('/etc/kubernetes/pki/etcd'),
    image: 'registry.k8s.io/etcd:3.5.24-0',
    ...more,
    settings: { ...SETTINGS, ...settings },
  };
}
