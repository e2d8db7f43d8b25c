import { Row } from '../row';
import { cp1 } from './cp1';

const source = 'operators that add containers to kubeadm\'s pod by --patches or by hand';
const of = 'etcd';

/** Other containers in the pod, and the user that etcd runs as. */
export const CONTAINERS: Row[] = [
  { file: 'container-sidecar-before', title: 'a proxy before etcd, with flags, a user and variables of the same names', of, source, expect: cp1() },
  { file: 'container-sidecar-after', title: 'the same behind etcd', of, source, expect: cp1() },
  { file: 'container-backup-sidecar', title: 'a container of the same image that runs etcdctl', of, source, expect: cp1() },
  { file: 'container-init', title: 'an init container that gives the data to a user', of, source: 'etcd that runs as a user of its own', expect: cp1({}, { user: '1001' }) },
  { file: 'container-other-name', title: 'etcd in a container of another name', of, source: 'kube-up, etcd-server', expect: cp1() },
  { file: 'container-user', title: 'the container\'s user goes before the pod\'s', of, source: 'Kubernetes, SecurityContext', expect: cp1({}, { user: '1002' }) },
  { file: 'container-user-in-flow', title: 'securityContext in braces', of, source: 'Kubernetes, SecurityContext', expect: cp1({}, { user: '1002' }) },
  {
    file: 'container-two-of-etcd',
    title: 'two containers that run etcd',
    of,
    source: 'an etcd for events beside the other one',
    expect: { refused: /two|second|events|more than one/i, because: 'which one is meant is not known, and both would be stopped' },
  },
  {
    file: 'container-none-of-etcd',
    title: 'kine in etcd\'s place',
    of,
    source: 'k3s, kine',
    expect: { refused: /etcd/, because: 'there is no etcd' },
  },
];
