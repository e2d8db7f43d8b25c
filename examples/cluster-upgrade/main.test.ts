import { Testing } from 'cdk8s';
import { UpgradeToNextMinor } from './upgrade-to-next-minor';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new UpgradeToNextMinor(Testing.app(), 'upgrade'));
const jobs = manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.labels['cdk8s-day2/upgrade'] === 'to-1-36');
const turns = jobs.map(({ spec }) => spec.template.spec.initContainers.find(({ name }: any) => name === 'node-turn'))
  .map(({ env }) => Object.fromEntries(env.map(({ name, value }: any) => [name, value])));

test('the nodes go in this order, and the workers two at a time', () => {
  expect(turns.map(({ SELF, AT_ONCE }) => `${SELF} ${AT_ONCE}`))
    .toEqual(['master-1 1', 'master-2 1', 'master-3 1', 'worker-1 2', 'worker-2 2', 'worker-3 2', 'worker-4 2']);
});

test('all nodes wait for the snapshot', () => {
  const snapshot = manifests.find(({ kind, metadata }) => kind === 'Job' && metadata.name.includes('snapshot'));
  expect(turns.map(({ AFTER_JOBS }) => AFTER_JOBS)).toEqual(turns.map(() => snapshot.metadata.name));
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
