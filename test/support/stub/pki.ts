import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { CertificateAuthority, writeKubeadmCertificates } from '../etcd/certificates';

export const STUB_NAMES = [1, 2, 3, 4, 5].map((number) => `cp${number}`);
export const addressOf = (name: string) => `127.0.0.${STUB_NAMES.indexOf(name) + 1}`;

let drawn: string | undefined;

/** Fills a folder as `/etc/kubernetes/pki`. All machines have the same keys, good for every one's address: drawing them takes a second. */
export function copyPki(folder: string): void {
  drawn ??= drawKeys();
  cpSync(drawn, folder, { recursive: true });
}

function drawKeys(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-pki-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const etcd = CertificateAuthority.create('etcd-ca');
  writeKubeadmCertificates(etcd, join(folder, 'etcd'), STUB_NAMES, STUB_NAMES.map(addressOf));
  etcd.issue(folder, 'apiserver-etcd-client', { commonName: 'kube-apiserver-etcd-client', organization: 'kubeadm:cluster-admins' });
  const kubernetes = CertificateAuthority.create('kubernetes');
  kubernetes.writeTo(folder);
  kubernetes.issue(folder, 'apiserver', { commonName: 'kube-apiserver', dnsNames: ['kubernetes'], addresses: ['127.0.0.1'], server: true });
  kubernetes.issue(folder, 'controller-manager', { commonName: 'system:kube-controller-manager' });
  writeFileSync(join(folder, 'sa.pub'), 'a public key\n');
  return folder;
}
