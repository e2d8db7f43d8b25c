import { Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';

describe('in a folder of the host', () => {
  test('are the health check client\'s of kubeadm by default, never the server\'s', () => {
    expect(EtcdCertificates.fromHostFolder()).toMatchObject({
      hostFolder: '/etc/kubernetes/pki/etcd',
      files: {
        ca: '/etc/kubernetes/pki/etcd/ca.crt',
        cert: '/etc/kubernetes/pki/etcd/healthcheck-client.crt',
        key: '/etc/kubernetes/pki/etcd/healthcheck-client.key',
      },
    });
  });

  test('may be elsewhere, as names within the folder or as absolute paths', () => {
    const { files, hostFolder } = EtcdCertificates.fromHostFolder('/etc/etcd/./', { ca: '/etc/ssl/etcd-ca.pem', cert: 'backup.pem', key: 'private/backup.pem' });
    expect(hostFolder).toBe('/etc/etcd');
    expect(files).toEqual({ ca: '/etc/ssl/etcd-ca.pem', cert: '/etc/etcd/backup.pem', key: '/etc/etcd/private/backup.pem' });
  });

  test.each(['', 'etc/etcd', './etcd', '/etc/../root'])('folder %j is refused', folder => {
    expect(() => EtcdCertificates.fromHostFolder(folder)).toThrow(`certificate folder must be an absolute path without '..', got ${JSON.stringify(folder)}`);
  });

  test('files that leave the folder by the back door are refused', () => {
    expect(() => EtcdCertificates.fromHostFolder(undefined, { key: '../sa.key' })).toThrow(
      'certificate file key must be an absolute path without \'..\', got "/etc/kubernetes/pki/etcd/../sa.key"');
  });

  test.each(['', 'certs/'])('file name %j is refused', cert => {
    expect(() => EtcdCertificates.fromHostFolder('/etc/etcd', { cert })).toThrow(
      `certificate file cert must be a name within /etc/etcd or an absolute path, got ${JSON.stringify(cert)}`);
  });
});

describe('in a Secret', () => {
  test('have the keys of a kubernetes.io/tls Secret by default', () => {
    const certificates = EtcdCertificates.fromSecretName('etcd-client');
    expect(certificates.secretName).toBe('etcd-client');
    expect(certificates.hostFolder).toBeUndefined();
    expect(certificates.files).toEqual({ ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key' });
  });

  test('may be a construct of cdk8s-plus', () => {
    const secret = kplus.Secret.fromSecretName(new Chart(Testing.app(), 'chart'), 'reference', 'etcd-client');
    expect(EtcdCertificates.fromSecret(secret, { ca: 'etcd-ca.pem' })).toEqual(EtcdCertificates.fromSecretName('etcd-client', { ca: 'etcd-ca.pem' }));
  });

  test('a name that no Secret has is refused', () => {
    expect(() => EtcdCertificates.fromSecretName('etcd client')).toThrow('secret must be a DNS subdomain');
  });

  test('may have other keys', () => {
    expect(EtcdCertificates.fromSecretName('etcd-client', { ca: 'etcd-ca.pem' }).files).toEqual({ ca: 'etcd-ca.pem', cert: 'tls.crt', key: 'tls.key' });
  });

  test.each(['', 'a/b', 'ca crt'])('key %j is refused', ca => {
    expect(() => EtcdCertificates.fromSecretName('etcd-client', { ca })).toThrow(
      `certificate key ca must be a key of a Secret, made of letters, digits, '-', '_' and '.', got ${JSON.stringify(ca)}`);
  });
});
