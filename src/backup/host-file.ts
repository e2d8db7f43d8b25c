import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** Mounts one file of the node, read-only. While the file is missing, the pod waits; no folder is made in the file's place. */
export function hostFile(scope: Construct, name: string, hostPath: string, path: string): kplus.VolumeMount {
  return { volume: kplus.Volume.fromHostPath(scope, name, name, { path: hostPath, type: kplus.HostPathVolumeType.FILE }), path, readOnly: true };
}
