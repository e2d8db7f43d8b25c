import { ApiObject, Chart, JsonPatch, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { podOf, templateOf } from './backup/synthesized';
import { outputOf } from './page-program';

describe('what the program of docs/customize.md changes', () => {
  const objects = [...outputOf('customize.md').values()].flat();
  const [cronJob, job] = ['CronJob', 'Job'].map((wanted) => objects.find(({ kind }) => kind === wanted));

  test('is in the manifests', () => {
    expect(templateOf(cronJob).metadata.annotations).toMatchObject({ 'sidecar.istio.io/inject': 'false' });
    expect(podOf(cronJob).hostAliases).toEqual([{ ip: '10.0.0.9', hostnames: ['registry.example.com'] }]);
    expect(podOf(job).runtimeClassName).toBe('runc');
    for (const workload of [cronJob, job]) expect(templateOf(workload).metadata.labels).toMatchObject({ team: 'platform' });
  });
});

test('cdk8s-plus writes fields by its own names for them, and drops others', () => {
  const written = (key: string) => {
    const chart = new Chart(Testing.app(), 'platform');
    const job = new kplus.Job(chart, 'job', { containers: [{ image: 'busybox:1' }] });
    ApiObject.of(job).addJsonPatch(JsonPatch.add(`/spec/template/spec/${key}`, true));
    return podOf(Testing.synth(chart)[0]).hostPID;
  };
  expect([written('hostPid'), written('hostPID')]).toEqual([true, undefined]);
});
