import { dirname, join } from 'path';
import { nodeRoot } from './node-root';

/** Everything that the lab writes is below this folder, beside the tools that it shares with the tests. */
const root = join(dirname(nodeRoot.cache), 'lab-1');

export const labFolder = {
  root,
  clusters: join(root, 'clusters'),
  cluster: (name: string) => join(root, 'clusters', name),
  savePoints: join(root, 'save-points'),
  savePoint: (name: string) => join(root, 'save-points', name),
  /** Logs of the last attempt to bring a cluster of this name up that failed. */
  failure: (name: string) => join(root, 'failures', name),
  logs: (name: string) => join(root, 'logs', name),
};
