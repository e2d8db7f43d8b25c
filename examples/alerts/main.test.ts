import { Testing } from 'cdk8s';
import { WatchedBackups } from './watched-backups';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new WatchedBackups(Testing.app(), 'etcd-backups'));
const rules = manifests.find(({ kind }) => kind === 'PrometheusRule');
const named = (name: string): any[] => rules.spec.groups[0].rules.filter(({ alert }: any) => alert === name);

test('Prometheus loads the rules', () => {
  expect(rules.metadata.labels).toEqual({ release: 'kube-prometheus-stack' });
});

test('no backup of any member wakes a person; none of one member waits until the morning', () => {
  expect(named('EtcdBackupTooOld').map(({ labels }) => labels.severity)).toEqual(['critical']);
  expect(named('EtcdMemberBackupTooOld').map(({ labels }) => labels.severity)).toEqual(['warning', 'warning', 'warning']);
});

test('a weekend without backups is none of the reasons, not even when the clocks are changed', () => {
  const [limit] = named('EtcdBackupTooOld').map(({ expr }) => Number(/> (\d+)$/.exec(expr)![1]));
  expect(limit).toBeGreaterThan((3 * 24 + 1) * 3_600);
  expect(limit).toBeLessThan((3 * 24 + 4) * 3_600);
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
