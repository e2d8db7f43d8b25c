import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { hostFile } from './host-file';
import { EtcdCertificates } from '../cluster/etcd-certificates';

const CERTIFICATES_PATH = '/certificates';

/** The three files with which etcd is reached. Each is mounted alone, as the folder also holds the keys of servers and authorities. */
export class CertificateMounts {
  public readonly mounts: kplus.VolumeMount[];
  public readonly env: { [name: string]: string };

  constructor(scope: Construct, certificates: EtcdCertificates) {
    const { ca, cert, key } = certificates.files;
    const inPod = { ca: `${CERTIFICATES_PATH}/ca.crt`, cert: `${CERTIFICATES_PATH}/client.crt`, key: `${CERTIFICATES_PATH}/client.key` };
    this.env = { ETCDCTL_CACERT: inPod.ca, ETCDCTL_CERT: inPod.cert, ETCDCTL_KEY: inPod.key };
    if (certificates.secretName !== undefined) {
      const secret = kplus.Secret.fromSecretName(scope, 'CertificatesSecret', certificates.secretName);
      const volume = kplus.Volume.fromSecret(scope, 'Certificates', secret, {
        name: 'certificates',
        items: { [ca]: { path: 'ca.crt' }, [cert]: { path: 'client.crt' }, [key]: { path: 'client.key' } },
        // The pod's fsGroup may read, nobody else.
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
