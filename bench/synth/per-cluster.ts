import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Yaml } from 'cdk8s';
import { manifestsOf, PLACEHOLDER } from './fleet';
import { toolchain } from '../../test/toolchain/toolchain';

/** A program that is started once for each cluster and prints its manifests. */
export interface PerCluster {
  readonly title: string;
  /** Writes what the program needs to know of a cluster; not a part of the measurement. */
  readonly prepare: (name: string) => void;
  readonly command: (name: string) => string[];
}

/** An equivalent Helm chart: the same text, with the name of the cluster as a value. */
export function helmTemplate(folder: string): PerCluster {
  const chart = join(folder, 'chart');
  write(join(chart, 'Chart.yaml'), Yaml.stringify({ apiVersion: 'v2', name: 'etcd-backups', version: '1.0.0' }));
  write(join(chart, 'values.yaml'), Yaml.stringify({ name: PLACEHOLDER }));
  write(join(chart, 'templates', 'etcd-backups.yaml'), Yaml.stringify(...manifestsOf(PLACEHOLDER)).replaceAll(PLACEHOLDER, '{{ .Values.name }}'));
  return {
    title: '`helm template`, once for each cluster',
    prepare: () => undefined,
    command: (name) => [toolchain.kubectl.path('helm'), 'template', 'etcd-backups', chart, '--set', `name=${name}`],
  };
}

/** An equivalent base, and for each cluster an overlay that replaces every text with the cluster's name in it. */
export function kubectlKustomize(folder: string): PerCluster {
  const manifests = manifestsOf(PLACEHOLDER);
  write(join(folder, 'base', 'etcd-backups.yaml'), Yaml.stringify(...manifests));
  write(join(folder, 'base', 'kustomization.yaml'), Yaml.stringify({ resources: ['etcd-backups.yaml'] }));
  const overlay = Yaml.stringify({
    resources: ['../../base'],
    patches: manifests.flatMap((manifest) => {
      const operations = placesOf(PLACEHOLDER, manifest).map(({ path, text }) => ({ op: 'replace', path, value: text }));
      return operations.length > 0 ? [{ target: { kind: manifest.kind, name: manifest.metadata.name }, patch: JSON.stringify(operations) }] : [];
    }),
  });
  const overlayOf = (name: string) => join(folder, 'overlays', name);
  return {
    title: '`kubectl kustomize`, once for each cluster',
    prepare: (name) => write(join(overlayOf(name), 'kustomization.yaml'), overlay.replaceAll(PLACEHOLDER, name)),
    command: (name) => [toolchain.kubectl.path(), 'kustomize', overlayOf(name)],
  };
}

/** Every string within an object that contains `part`, with its JSON pointer. */
function placesOf(part: string, value: any, path = ''): { path: string; text: string }[] {
  if (typeof value === 'string') return value.includes(part) ? [{ path, text: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => placesOf(part, child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

function write(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}
