import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** One file of the node, read-only. A pod whose file isn't there waits, and no folder appears in its place. */
export function hostFile(scope: Construct, name: string, hostPath: string, path: string): kplus.VolumeMount {
  return { volume: kplus.Volume.fromHostPath(scope, name, name, { path: hostPath, type: kplus.HostPathVolumeType.FILE }), path, readOnly: true };
}
