import { Testing } from 'cdk8s';
import { KubernetesVersion } from 'cdk8s-day2';
import { clusters, FleetCluster } from './clusters';
import { EtcdBackups } from './etcd-backups';
import { reviewed } from '../reviewed';

const synth = (cluster: FleetCluster) => Testing.synth(new EtcdBackups(Testing.app(), 'etcd-backups', cluster));
const cronJobOf = (cluster: FleetCluster) => synth(cluster).find(({ kind }) => kind === 'CronJob');
const containerOf = (cluster: FleetCluster) => cronJobOf(cluster).spec.jobTemplate.spec.template.spec.containers[0];
const environmentOf = (cluster: FleetCluster) => Object.fromEntries(containerOf(cluster).env.map(({ name, value }: any) => [name, value]));

test('no two clusters share a name, so none writes into another one\'s folder', () => {
  expect(new Set(clusters.map(environmentOf).map(({ CLUSTER }) => CLUSTER)).size).toBe(clusters.length);
});

test.each(clusters)('$name has its own members, version and server', (cluster) => {
  const manifests = synth(cluster);
  expect(environmentOf(cluster).ENDPOINTS.split(' ').slice(1)).toEqual(
    cluster.controlPlanes.length === 1 ? [] : cluster.controlPlanes.map((name) => `https://${name}:2379`));
  expect(containerOf(cluster).image).toBe(KubernetesVersion.of(cluster.kubernetesVersion).etcdImage);
  expect(manifests.find(({ kind }) => kind === 'PersistentVolume').spec.nfs).toEqual(cluster.nfs);
});

test('the program is the same object for all clusters, so git keeps it once: nothing of the chart\'s may put a cluster\'s name into it', () => {
  const programs = clusters.map((cluster) => JSON.stringify(synth(cluster).filter(({ kind }) => kind === 'ConfigMap')));
  expect(new Set(programs).size).toBe(1);
});

test.each(clusters)('$name is saved as often as it is worth', (cluster) => {
  expect(cronJobOf(cluster).spec.schedule).toBe(cluster.production ? '*/15 * * * *' : '0 */6 * * *');
});

test.each(clusters)('the manifests of $name are those that were reviewed', (cluster) => {
  expect(reviewed(synth(cluster))).toMatchSnapshot();
});
