import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from '../../src/runtime/program';

const program = Program.ETCD_SNAPSHOT;
const folder = join(__dirname, '..', '..', 'programs');

/** A chart with a pod that mounts the program. */
function chartWithPod(): Chart {
  const chart = new Chart(Testing.app(), 'platform');
  new kplus.Pod(chart, 'pod', { containers: [{ image: 'busybox', volumeMounts: [{ volume: program.volumeIn(chart), path: Program.MOUNT_PATH }] }] });
  return chart;
}

describe('the files of a program', () => {
  test('are there as they stand in programs/', () => {
    for (const [file, content] of Object.entries(program.contents)) {
      expect(content).toBe(readFileSync(join(folder, file), 'utf8'));
    }
    expect(Object.keys(program.contents)).toEqual(program.files);
  });

  test('are all that it sources or runs', () => {
    const texts = Object.values(program.contents).join('\n');
    const needed = [...texts.matchAll(/"\$here\/([a-z./-]+)"/g)].map(([, file]) => file);
    expect(needed).not.toEqual([]);
    expect(needed.filter((file) => !program.files.includes(file))).toEqual([]);
  });

  test('fit into a ConfigMap and leave room', () => {
    expect(Buffer.byteLength(JSON.stringify(program.contents))).toBeLessThan(256 * 1024);
  });
});

describe('in a chart', () => {
  const [configMap, pod] = ['ConfigMap', 'Pod'].map((wanted) => Testing.synth(chartWithPod()).find(({ kind }) => kind === wanted));

  test('it is an immutable ConfigMap, which carries its digest in its name', () => {
    expect(configMap.immutable).toBe(true);
    expect(configMap.metadata.name).toContain(`-${program.digest}-`);
    expect(program.digest).toBe(createHash('sha256').update(JSON.stringify(program.contents)).digest('hex').slice(0, 8));
  });

  test('every file is found in the pod where it stands in programs/', () => {
    const [volume] = pod.spec.volumes;
    const mounted = Object.fromEntries(volume.configMap.items.map(({ key, path }: any) => [path, configMap.data[key]]));
    expect(mounted).toEqual(program.contents);
    expect(volume.configMap.name).toBe(configMap.metadata.name);
    expect(program.entryPoint).toBe('/tmp/program/etcd-snapshot.sh');
  });

  test('it is there once, whoever asks, wherever in the chart', () => {
    const chart = new Chart(Testing.app(), 'platform');
    const volume = program.volumeIn(chart);
    expect(program.volumeIn(new Construct(new Construct(chart, 'deep'), 'deeper'))).toBe(volume);
    expect(Testing.synth(chart)).toHaveLength(1);
  });

  test('each chart has its own', () => {
    const app = new App();
    const [one, other] = ['one', 'other'].map((id) => new Chart(app, id));
    expect(program.volumeIn(one)).not.toBe(program.volumeIn(other));
  });
});
