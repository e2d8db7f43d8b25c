import { Testing } from 'cdk8s';
import { WeeklyPatches } from './weekly-patches';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new WeeklyPatches(Testing.app(), 'patches'));
const cronJobs = manifests.filter(({ kind }) => kind === 'CronJob');
const environmentOf = (container: any) => Object.fromEntries(container.env.map(({ name, value }: any) => [name, value]));
const work = cronJobs.map(({ spec }) => environmentOf(spec.jobTemplate.spec.template.spec.containers[0]));

test('every node has a CronJob, at the same time', () => {
  expect(work.map(({ SELF }) => SELF)).toEqual(['master-1', 'master-2', 'master-3', 'worker-1', 'worker-2', 'worker-3', 'worker-4']);
  expect(new Set(cronJobs.map(({ spec }) => `${spec.schedule} ${spec.timeZone}`))).toEqual(new Set(['0 1 * * 0 Europe/Berlin']));
});

test('nodes begin until 20 minutes before the end of the window', () => {
  expect(new Set(work.map(({ WINDOW, EXPECTED }) => `${WINDOW} ${EXPECTED}`))).toEqual(new Set(['14400 1200']));
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
