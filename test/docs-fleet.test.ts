import { basename, dirname } from 'path';
import { parse } from 'yaml';
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

test('the folders that the page shows are those that are written', () => {
  const shown = [...blockOf('fleet.md', 'text').matchAll(/^ {4}([A-Z]\w+)\./gm)].map(([, kind]) => kind);
  expect(shown).toEqual([...output.keys()].filter((file) => dirname(file) === folders[0]).map((file) => basename(file).replace(/\..*/, '')));
});
