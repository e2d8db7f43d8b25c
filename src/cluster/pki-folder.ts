import { dirname } from 'path/posix';
import { EtcdCertificates } from './etcd-certificates';

/**
 * The PKI folder of a control plane, as far as etcd's certificates tell it: kubeadm's certificatesDir has them in a folder `etcd`. With a wrong
 * folder, pods would wait for ever for the files that they mount from it.
 */
export function pkiFolderOf(certificates?: EtcdCertificates): string {
  return parentOf(certificates?.hostFolder) ?? '/etc/kubernetes/pki';
}

/** The folder above, if its path shows that it is Kubernetes' PKI, as /etc/kubernetes/ssl/etcd does: the one above /etc/ssl/etcd isn't. */
function parentOf(etcdFolder: string = ''): string | undefined {
  return /^(\/[^/]+){2,}\/(pki|certs|ssl)\/etcd$/.test(etcdFolder) ? dirname(etcdFolder) : undefined;
}
