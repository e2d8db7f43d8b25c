import { createHash } from 'crypto';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from '../../src/runtime/program';

const program = Program.ETCD_SNAPSHOT;
const folder = join(__dirname, '..', '..', 'programs');

const all = [
  Program.ETCD_SNAPSHOT, Program.RESTORE, Program.REPLACE_MEMBER, Program.UPGRADE_NODE, Program.MAINTAIN_NODE,
  Program.NODE_TURN, Program.BREAK_GLASS,
];

/** A chart with a pod that mounts the program. */
function chartWithPod(mounted: Program = program): Chart {
  const chart = new Chart(Testing.app(), 'platform');
  new kplus.Pod(chart, 'pod', { containers: [{ image: 'busybox', volumeMounts: [{ volume: mounted.volumeIn(chart), path: Program.MOUNT_PATH }] }] });
  return chart;
}

describe.each(all)('the files of $name', ({ contents, files }) => {
  test('are there as they stand in programs/, the page as in docs/', () => {
    for (const [file, content] of Object.entries(contents)) {
      expect(content).toBe(readFileSync(join(folder, file.endsWith('.md') ? '../docs' : '', file), 'utf8'));
    }
    expect(Object.keys(contents)).toEqual(files);
  });

  test('are all that it sources or runs', () => {
    const texts = Object.values(contents).join('\n');
    const needed = [...texts.matchAll(/"\$here\/([^"$]+\.(?:sh|awk))"/g)].map(([, file]) => file);
    expect(needed).not.toEqual([]);
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
  });
});

test('every file of programs/ is in one of them', () => {
  const there = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(sh|awk)$/.test(file));
  const used = new Set(all.flatMap(({ files }) => files));
  expect(there.filter((file) => !used.has(file))).toEqual([]);
  expect(there.length).toBeGreaterThan(50);
});

describe('in a chart', () => {
  const [configMap, pod] = ['ConfigMap', 'Pod'].map((wanted) => Testing.synth(chartWithPod()).find(({ kind }) => kind === wanted));

  test('it is an immutable ConfigMap, which carries its digest in its name', () => {
    expect(configMap.immutable).toBe(true);
    expect(configMap.metadata.name).toContain(`-${program.digest}-`);
    expect(program.digest).toBe(createHash('sha256').update(JSON.stringify(program.contents)).digest('hex').slice(0, 8));
  });

  test.each(all)('every file of $name is found in the pod where it stands in programs/', (each) => {
    const manifests = Testing.synth(chartWithPod(each));
    const [{ configMap: only, projected }] = manifests.find(({ kind }) => kind === 'Pod').spec.volumes;
    const sources = only ? [only] : projected.sources.map((source: any) => source.configMap);
    const mounted = Object.fromEntries(sources.flatMap(({ name, items }: any) => {
      const { data, immutable } = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
      expect(immutable).toBe(true);
      expect(Object.keys(data)).toHaveLength(items.length);
      return items.map(({ key, path }: any) => [path, data[key]]);
    }));
    expect(mounted).toEqual(each.contents);
  });

  // kubectl writes an object that it applies into an annotation, in which these characters are longer.
  const asGoWrites = (object: any) => JSON.stringify(object).replace(/[<>&]/g, '\\u0000');

  test.each(all)('the ConfigMaps of $name can be applied by kubectl, which can\'t write more than 256 KiB into an annotation', (each) => {
    const sizes = Testing.synth(chartWithPod(each)).filter(({ kind }) => kind === 'ConfigMap').map((object) => asGoWrites(object).length);
    expect(sizes.filter((size) => size > 240 * 1024)).toEqual([]);
  });

  test('the pod mounts it, and runs the copy that was verified', () => {
    expect(pod.spec.volumes[0].configMap.name).toBe(configMap.metadata.name);
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
