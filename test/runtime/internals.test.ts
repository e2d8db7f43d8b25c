import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { isPlaced, makeNameAnew, volumeOf } from '../../src/runtime/internals';

const SRC = join(__dirname, '..', '..', 'src');

// What src/ relies on in cdk8s and cdk8s-plus-28 although they don't promise it. A release that changes it fails here first.

describe('a name that is made anew', () => {
  const object = () => new ApiObject(new Chart(Testing.app(), 'platform'), 'object', { apiVersion: 'v1', kind: 'ConfigMap' });

  test('leans on names that are properties of the object and of its metadata, set once and open to another definition', () => {
    const { name, metadata } = Object.getOwnPropertyDescriptors(object());
    expect(name).toMatchObject({ value: 'platform-object-c8b8edab', configurable: true });
    expect(Object.getOwnPropertyDescriptor(metadata.value, 'name')).toMatchObject({ value: 'platform-object-c8b8edab', configurable: true });
  });

  test('leans on the metadata\'s name being read whenever the object is written', () => {
    const configMap = object();
    let name = 'first';
    makeNameAnew(configMap, () => `the ${name}`, () => name);
    expect([configMap.name, configMap.toJson().metadata.name]).toEqual(['the first', 'first']);
    name = 'second';
    expect([configMap.name, configMap.toJson().metadata.name, Testing.synth(Chart.of(configMap))[0].metadata.name]).toEqual(['the second', 'second', 'second']);
  });
});

test('a volume as it is given leans on the constructor, which is private, and on what it writes', () => {
  const chart = new Chart(Testing.app(), 'platform');
  const volume = volumeOf(chart, 'volume', 'data', { projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } });
  expect(volume).toBeInstanceOf(kplus.Volume);
  new kplus.Pod(chart, 'pod', { containers: [{ image: 'busybox:1', volumeMounts: [{ volume, path: '/data' }] }] });
  expect(Testing.synth(chart)[0].spec.volumes).toEqual([{ name: 'data', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }]);
});

test.each<[string, boolean, (job: kplus.Job) => void]>([
  ['left alone', false, () => undefined],
  ['with a toleration', false, (job) => job.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.any()))],
  ['assigned', true, (job) => job.scheduling.assign(kplus.Node.named('worker-1'))],
  ['attracted', true, (job) => job.scheduling.attract(kplus.Node.labeled(kplus.NodeLabelQuery.is('disk', 'ssd')), { weight: 1 })],
  ['colocated', true, (job) => job.scheduling.colocate(kplus.Pods.all(job, 'all'))],
  ['separated', true, (job) => job.scheduling.separate(kplus.Pods.all(job, 'all'))],
])('where pods run leans on what scheduling hands to the manifest, @internal: a Job %s', (_, placed, act) => {
  const job = new kplus.Job(new Chart(Testing.app(), 'platform'), 'job', { containers: [{ image: 'busybox:1' }] });
  act(job);
  expect(isPlaced(job)).toBe(placed);
});

test('nothing else of this library leans on what is internal to cdk8s-plus', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && file !== 'runtime/internals.ts');
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => /\._to[A-Z]|Reflect\.|defineProperty/.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
});
