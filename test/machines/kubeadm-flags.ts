import { Row } from './row';

/** A flag, and the first and the last minor of Kubernetes whose kubeadm gives it. */
type Flag = readonly [name: string, from?: number, to?: number];

/**
 * The flags that kubeadm gives, as read in the source of each minor from 1.20 to 1.37.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/cmd/kubeadm/app/phases/etcd/local.go `getEtcdCommand`
 * @see https://github.com/kubernetes/kubernetes/blob/master/cmd/kubeadm/app/phases/controlplane/manifests.go `getAPIServerCommand`
 */
const FLAGS: Record<Row['of'], Flag[]> = {
  'etcd': [
    ['advertise-client-urls'], ['cert-file'], ['client-cert-auth'], ['data-dir'], ['experimental-initial-corrupt-check', 22, 33],
    // Since 1.34 by the minor of etcd: 3.6 has these.
    ['experimental-watch-progress-notify-interval', 25, 33], ['feature-gates', 34], ['initial-advertise-peer-urls'], ['initial-cluster'],
    ['key-file'], ['listen-client-urls'], ['listen-metrics-urls'], ['listen-peer-urls'], ['name'], ['peer-cert-file'], ['peer-client-cert-auth'],
    ['peer-key-file'], ['peer-trusted-ca-file'], ['snapshot-count'], ['trusted-ca-file'], ['watch-progress-notify-interval', 34],
  ],
  'kube-apiserver': [
    ['advertise-address'], ['allow-privileged'], ['authorization-mode'], ['client-ca-file'], ['enable-admission-plugins'],
    ['enable-bootstrap-token-auth'], ['etcd-cafile'], ['etcd-certfile'], ['etcd-keyfile'], ['etcd-servers'], ['insecure-port', 20, 21],
    ['kubelet-client-certificate'], ['kubelet-client-key'], ['kubelet-preferred-address-types'], ['proxy-client-cert-file'],
    ['proxy-client-key-file'], ['requestheader-allowed-names'], ['requestheader-client-ca-file'], ['requestheader-extra-headers-prefix'],
    ['requestheader-group-headers'], ['requestheader-username-headers'], ['secure-port'], ['service-account-issuer'], ['service-account-key-file'],
    ['service-account-signing-key-file'], ['service-cluster-ip-range'], ['tls-cert-file'], ['tls-private-key-file'],
  ],
};

/** The flags that kubeadm of a minor gives without further options, sorted. */
export function flagsOfKubeadm(of: Row['of'], minor: number): string[] {
  return FLAGS[of].filter(([, from = minor, to = minor]) => from <= minor && minor <= to).map(([name]) => name);
}
