import { mkdirSync } from 'fs';
import { join } from 'path';
import { etcdTool } from './binaries';
import { linkOrCopy } from './link-or-copy';
import { Tool } from '../toolchain/tool';

/** What a machine has beyond Debian that runs etcd outside Kubernetes. */
export function etcdLayer(version: string): Tool {
  const tool = etcdTool(version);
  return new Tool({
    name: 'node-etcd',
    version,
    programs: ['root'],
    how: 'of programs that are built already, once, some seconds',
    needs: tool.recipe.needs,
    build: async (folder) => {
      const target = join(folder, 'root/usr/local/bin');
      mkdirSync(target, { recursive: true });
      await tool.ensure();
      for (const program of tool.recipe.programs) linkOrCopy(tool.path(program), join(target, program));
    },
  });
}
