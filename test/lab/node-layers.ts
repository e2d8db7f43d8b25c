import { mkdirSync } from 'fs';
import { join } from 'path';
import { etcdTool, kubernetesTool } from './binaries';
import { linkOrCopy } from './link-or-copy';
import { Tool } from '../toolchain/tool';

/** What a Kubernetes node has beyond Debian: a layer that all nodes of a version share, on disk and in memory. */
export function kubernetesLayer(version: string): Tool {
  return layer('node-kubernetes', version, (['kubeadm', 'kubelet', 'kubectl'] as const).map((component) => kubernetesTool(component, version)), 'usr/bin');
}

/** What a machine has that runs etcd outside Kubernetes. */
export function etcdLayer(version: string): Tool {
  return layer('node-etcd', version, [etcdTool(version)], 'usr/local/bin');
}

function layer(name: string, version: string, tools: Tool[], folderOfPrograms: string): Tool {
  return new Tool({
    name,
    version,
    programs: ['root'],
    how: 'of programs that are built already, once, some seconds',
    needs: Object.assign({}, ...tools.map(({ recipe }) => recipe.needs)),
    build: async (folder) => {
      const target = join(folder, 'root', folderOfPrograms);
      mkdirSync(target, { recursive: true });
      for (const tool of tools) {
        await tool.ensure();
        for (const program of tool.recipe.programs) linkOrCopy(tool.path(program), join(target, program));
      }
    },
  });
}
