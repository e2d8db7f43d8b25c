import { join } from 'path';
import { StubRestoreDrill } from './restore-drill';
import { runByHand } from '../pod/by-hand';
import { Shell } from '../pod/pod';

const PROGRAM = join(__dirname, '..', '..', '..', 'programs', 'etcd-snapshot.sh');

/** Runs the snapshot program on the drill's volume, with all members as endpoints, the first machine's first; two backups are kept. */
export function runSnapshot({ cluster, machines }: StubRestoreDrill, shell: Shell = 'busybox'): ReturnType<typeof runByHand> {
  const pki = join(machines[0].pki, 'etcd');
  return runByHand({
    shell,
    program: PROGRAM,
    etcd: cluster.etcd,
    env: {
      CLUSTER: 'prod',
      BACKUP_ROOT: join(cluster.backups, '..'),
      ENDPOINTS: machines.map(({ endpoint }) => endpoint).join(' '),
      ETCDCTL_CACERT: join(pki, 'ca.crt'),
      ETCDCTL_CERT: join(pki, 'healthcheck-client.crt'),
      ETCDCTL_KEY: join(pki, 'healthcheck-client.key'),
      KEEP_LAST: '2',
      ROUNDS: '1',
    },
  });
}
