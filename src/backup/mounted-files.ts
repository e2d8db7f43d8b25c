import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdCertificates } from '../cluster/etcd-certificates';
import { EtcdCluster } from '../cluster/etcd-cluster';

const CERTIFICATES_PATH = '/certificates';
const FINGERPRINTS_PATH = '/fingerprints';

/** The three files with which etcd is reached, each mounted alone: the folder also holds the keys of servers and authorities. */
export class CertificateMounts {
  public readonly mounts: kplus.VolumeMount[];
  public readonly env: { [name: string]: string };

  constructor(scope: Construct, certificates: EtcdCertificates) {
    const { ca, cert, key } = certificates.files;
    const inPod = { ca: `${CERTIFICATES_PATH}/ca.crt`, cert: `${CERTIFICATES_PATH}/client.crt`, key: `${CERTIFICATES_PATH}/client.key` };
    this.env = { ETCDCTL_CACERT: inPod.ca, ETCDCTL_CERT: inPod.cert, ETCDCTL_KEY: inPod.key };
    if (certificates.secret) {
      const volume = kplus.Volume.fromSecret(scope, 'Certificates', certificates.secret, {
        name: 'certificates',
        items: { [ca]: { path: 'ca.crt' }, [cert]: { path: 'client.crt' }, [key]: { path: 'client.key' } },
        // Readable by the pod's group, which is all that it is; octal 0440.
        defaultMode: 0o440,
      });
      this.mounts = [{ volume, path: CERTIFICATES_PATH, readOnly: true }];
    } else {
      this.mounts = [
        hostFile(scope, 'certificate-ca', ca, inPod.ca),
        hostFile(scope, 'certificate-cert', cert, inPod.cert),
        hostFile(scope, 'certificate-key', key, inPod.key),
      ];
    }
  }
}

/** The files of the node that a restored etcd must meet again as they were: their SHA-256 goes into the backup's record. */
export class FingerprintMounts {
  public readonly mounts: kplus.VolumeMount[];
  public readonly env: { [name: string]: string };

  constructor(scope: Construct, cluster: EtcdCluster, includePki: boolean) {
    const files: { [name: string]: string } = {};
    // Both are public, and on every control plane of kubeadm: so wherever the node's files are used anyway.
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

/** One file of the node. A pod whose file isn't there waits, and no folder appears in its place. */
function hostFile(scope: Construct, name: string, hostPath: string, path: string): kplus.VolumeMount {
  return { volume: kplus.Volume.fromHostPath(scope, name, name, { path: hostPath, type: kplus.HostPathVolumeType.FILE }), path, readOnly: true };
}
