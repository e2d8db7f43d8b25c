import { Chart, JsonPatch, ApiObject, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { oneShotJob } from '../../src/runtime/one-shot';

/** The name of a Job that runs an image, with whatever is changed before its name is made. */
function nameOf(image: string, options: { id?: string; annotations?: { [key: string]: string }; change?: (job: kplus.Job) => void } = {}): string {
  const chart = new Chart(Testing.app(), 'platform');
  const id = options.id ?? 'Resource';
  return oneShotJob(new Construct(chart, 'task'), id, (name) => {
    const job = new kplus.Job(chart.node.findChild('task') as Construct, id, {
      metadata: { name, annotations: options.annotations }, containers: [{ image, securityContext: { user: 1000 } }],
    });
    options.change?.(job);
    return job;
  }).name;
}

test('the name says which Job it is, then what it does', () => {
  expect(nameOf('busybox:1')).toMatch(/^platform-task-[0-9a-f]{8}-[a-z0-9]{8}$/);
  expect(nameOf('busybox:1', { id: 'cp1' })).toMatch(/^platform-task-cp1-[0-9a-f]{8}-[a-z0-9]{8}$/);
});

test('the same content has the same name', () => {
  expect(nameOf('busybox:1')).toBe(nameOf('busybox:1'));
});

test('other content, another annotation and a patch make another Job', () => {
  const names = [
    nameOf('busybox:1'),
    nameOf('busybox:2'),
    nameOf('busybox:1', { annotations: { reason: 'again' } }),
    nameOf('busybox:1', { change: (job) => ApiObject.of(job).addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'system-node-critical')) }),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test('only the named Job is left in the chart', () => {
  const chart = new Chart(Testing.app(), 'platform');
  const job = oneShotJob(chart, 'task', (name) => new kplus.Job(chart, 'task', { metadata: { name }, containers: [{ image: 'busybox:1', securityContext: { user: 1000 } }] }));
  expect(Testing.synth(chart).map(({ metadata }) => metadata.name)).toEqual([job.name]);
});
