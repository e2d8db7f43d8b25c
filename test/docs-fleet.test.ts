import { readFileSync } from 'fs';
import { basename, dirname, join } from 'path';
import { parse, stringify } from 'yaml';
import { blockOf, outputOf } from './page-program';

/** What the program of docs/fleet.md writes: the objects of each file. */
const output = outputOf('fleet.md');
const folders = [...new Set([...output.keys()].map(dirname))];
const objectsIn = (folder: string) => [...output].filter(([file]) => dirname(file) === folder).flatMap(([, objects]) => objects);

test('each cluster gets a folder, and the namespace that its objects and its application are in, labelled for its pods', () => {
  const { destination } = parse(blockOf('fleet.md', 'yaml')).spec.template.spec;
  expect(folders).toEqual(['berlin-production', 'lisbon-production']);
  for (const folder of folders) {
    const objects = objectsIn(folder);
    const namespace = objects.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata).toMatchObject({ name: destination.namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } });
    const namespaces = objects.filter((object) => object !== namespace).map(({ metadata }) => metadata.namespace);
    expect(new Set(namespaces)).toEqual(new Set([destination.namespace]));
  }
});

test('each object has a file of its own, and the programs\' are the same for all clusters, under the same name', () => {
  expect([...output.values()].filter((objects) => objects.length !== 1)).toEqual([]);
  const programs = folders.map((folder) => [...output]
    .filter(([file, [{ kind, data }]]) => dirname(file) === folder && kind === 'ConfigMap' && !('cluster.env' in data))
    .map(([file, objects]) => [basename(file), JSON.stringify(objects)]));
  // The kit's programs are in three.
  expect(programs[0]).toHaveLength(4);
  expect(programs[1]).toEqual(programs[0]);
});

test('the programs are as large as the page says, within a tenth', () => {
  const [, ofProgram, ofKit] = /ConfigMap with the program, of some (\d+) KB\. .* three more with the kit's programs, of some (\d+) KB together/s
    .exec(readFileSync(join(__dirname, '..', 'docs', 'fleet.md'), 'utf8'))!.map(Number);
  const kilobytesOf = (name: string) => objectsIn(folders[0]).filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.includes(name))
    .flatMap(({ data }) => Object.values<string>(data)).reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1000;
  for (const [said, name] of [[ofProgram, 'etcd-snapshot-program'], [ofKit, 'break-glass-program']] as const) {
    expect(Math.abs(kilobytesOf(name) / said - 1)).toBeLessThan(0.1);
  }
});

test('a checkout is as large as the page\'s table says, within a tenth', () => {
  const [, megabytes] = /\| host folders.*\*\*a file for each object\*\* \| [\d,]+ \| ([\d,]+) \|/.exec(readFileSync(join(__dirname, '..', 'docs', 'fleet.md'), 'utf8'))!;
  const bytes = objectsIn(folders[0]).map((object) => Buffer.byteLength(stringify(object, { lineWidth: 0 }))).reduce((sum, size) => sum + size, 0);
  expect(Math.abs(bytes * 10_000 / 1e6 / Number(megabytes.replace(',', '')) - 1)).toBeLessThan(0.1);
});

test('the folders that the page shows are those that are written', () => {
  const shown = [...blockOf('fleet.md', 'text').matchAll(/^ {4}([A-Z]\w+)\./gm)].map(([, kind]) => kind);
  expect(shown).toEqual([...output.keys()].filter((file) => dirname(file) === folders[0]).map((file) => basename(file).replace(/\..*/, '')));
});
