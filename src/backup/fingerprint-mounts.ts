import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { hostFile } from './host-file';
import { EtcdCluster } from '../cluster/etcd-cluster';

const FINGERPRINTS_PATH = '/fingerprints';

/** The files of the node that a restored etcd needs as they were: their SHA-256 goes into the backup's record. */
export class FingerprintMounts {
  public readonly mounts: kplus.VolumeMount[];
  public readonly env: { [name: string]: string };

  constructor(scope: Construct, cluster: EtcdCluster, includePki: boolean) {
    const files: { [name: string]: string } = {};
    // Both are public, and every control plane of kubeadm has them. So they are mounted wherever the node's files are used anyway.
    if (!cluster.isExternal && (cluster.certificates?.hostFolder !== undefined || includePki)) {
      files['ca.crt'] = `${cluster._pkiFolder}/ca.crt`;
      files['sa.pub'] = `${cluster._pkiFolder}/sa.pub`;
    }
    if (!cluster.isExternal && cluster._encryptionConfigFile !== undefined) {
      files['encryption-config'] = cluster._encryptionConfigFile;
    }
    this.mounts = Object.entries(files).map(([name, path]) => hostFile(scope, `fingerprint-${name.replace('.', '-')}`, path, `${FINGERPRINTS_PATH}/${name}`));
    this.env = this.mounts.length > 0 ? { FINGERPRINTS: FINGERPRINTS_PATH } : {};
  }
}
