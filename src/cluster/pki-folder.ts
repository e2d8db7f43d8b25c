import { dirname } from 'path/posix';
import { EtcdCertificates } from './etcd-certificates';

/**
 * The PKI folder of a control plane, as far as etcd's certificates tell it: kubeadm's certificatesDir has them in a folder `etcd`. A pod that
 * is to mount a file of another folder waits for ever.
 */
export function pkiFolderOf(certificates?: EtcdCertificates): string {
  return parentOf(certificates?.hostFolder) ?? '/etc/kubernetes/pki';
}

/** Of a folder that a person has named, only by names that tell it: the folder above /etc/ssl/etcd is none of Kubernetes. */
function parentOf(etcdFolder: string = ''): string | undefined {
  return /^(\/[^/]+){2,}\/(pki|certs|ssl)\/etcd$/.test(etcdFolder) ? dirname(etcdFolder) : undefined;
}
