import { readFileSync } from 'fs';
import { join } from 'path';
import { parseAllDocuments } from 'yaml';
import { loadProgramImage } from './program-image';
import { Stage } from '../../e2e/stage';
import { storageTools } from '../../e2e/storage-tools';
import { moduleFolder } from '../../toolchain/go-modules';

/** Installs the real local-path-provisioner by its authors' own manifests. Claims of class `local-path` get folders of nodes. */
export async function localPathProvisioner(stage: Stage): Promise<void> {
  const { localPathProvisioner: tool } = storageTools;
  const { version } = tool.recipe;
  await loadProgramImage(stage, `docker.io/rancher/local-path-provisioner:v${version}`, tool);
  // Its helper pods make and remove the folders.
  await stage.loadImages(['docker.io/library/busybox:latest']);
  const file = join(await moduleFolder('github.com/rancher/local-path-provisioner', version), 'deploy', 'local-path-storage.yaml');
  await stage.kubernetes.apply(parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS()));
}

/** Where the volume of a claim is. */
export async function volumeOf({ kubernetes }: Stage, claim: string): Promise<{ node: string; path: string; reclaimPolicy: string }> {
  const { spec: { volumeName } } = await kubernetes.get('persistentvolumeclaim', claim);
  const { spec } = await kubernetes.get('persistentvolume', volumeName);
  const [{ matchExpressions: [{ values: [node] }] }] = spec.nodeAffinity.required.nodeSelectorTerms;
  return { node, path: (spec.hostPath ?? spec.local).path, reclaimPolicy: spec.persistentVolumeReclaimPolicy };
}
