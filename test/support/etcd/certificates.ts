import { generateKeyPairSync, randomBytes } from 'crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { md, pki } from 'node-forge';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface LeafOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** Names and addresses of a server; none for a client. */
  readonly dnsNames?: string[];
  readonly addresses?: string[];
  readonly server?: boolean;
  /** Before now: an expired certificate. A year from now by default, as with kubeadm. */
  readonly notAfter?: Date;
}

/** A certificate authority that issues what kubeadm's does: RSA 2048, SHA-256, certificates of a year. */
export class CertificateAuthority {
  static create(commonName: string): CertificateAuthority {
    const { privateKey, publicKey } = keyPair();
    const certificate = newCertificate(publicKey, [{ name: 'commonName', value: commonName }], new Date(Date.now() + 3650 * DAY_MS));
    certificate.setIssuer(certificate.subject.attributes);
    certificate.setExtensions([
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true, keyCertSign: true },
      { name: 'subjectKeyIdentifier' },
      { name: 'subjectAltName', altNames: [{ type: 2, value: commonName }] },
    ]);
    certificate.sign(privateKey, sha256());
    return new CertificateAuthority(certificate, privateKey);
  }

  private constructor(private readonly certificate: pki.Certificate, private readonly privateKey: pki.rsa.PrivateKey) {}

  /** Writes `ca.crt` and `ca.key`. */
  writeTo(folder: string): void {
    write(folder, 'ca', this.certificate, this.privateKey);
  }

  /** Writes `NAME.crt` and `NAME.key`. */
  issue(folder: string, name: string, options: LeafOptions): void {
    const { privateKey, publicKey } = keyPair();
    const subject: pki.CertificateField[] = [{ name: 'commonName', value: options.commonName }];
    if (options.organization) subject.unshift({ name: 'organizationName', value: options.organization });
    const certificate = newCertificate(publicKey, subject, options.notAfter ?? new Date(Date.now() + 365 * DAY_MS));
    certificate.setIssuer(this.certificate.subject.attributes);
    const altNames = [
      ...(options.dnsNames ?? []).map((value) => ({ type: 2, value })),
      ...(options.addresses ?? []).map((ip) => ({ type: 7, ip })),
    ];
    certificate.setExtensions([
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', clientAuth: true, serverAuth: options.server ?? false },
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'authorityKeyIdentifier', keyIdentifier: this.certificate.generateSubjectKeyIdentifier().getBytes() },
      ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
    ]);
    certificate.sign(this.privateKey, sha256());
    write(folder, name, certificate, privateKey);
  }
}

/** The contents of the three files that a client of etcd shows and checks. */
export interface ClientIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export function readIdentity(folder: string, name = 'healthcheck-client'): ClientIdentity {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return { ca: read('ca.crt'), cert: read(`${name}.crt`), key: read(`${name}.key`) };
}

/** Fills a folder as kubeadm fills `/etc/kubernetes/pki/etcd` of one node. */
export function writeKubeadmCertificates(ca: CertificateAuthority, folder: string, nodes: string | string[], addresses: string[]): void {
  ca.writeTo(folder);
  const names = [nodes].flat();
  const member = { commonName: names[0], dnsNames: ['localhost', ...names], addresses: [...new Set([...addresses, '127.0.0.1', '::1'])], server: true };
  ca.issue(folder, 'server', member);
  ca.issue(folder, 'peer', member);
  ca.issue(folder, 'healthcheck-client', { commonName: 'kube-etcd-healthcheck-client' });
}

/** A healthcheck client whose certificate ran out yesterday, in a folder beside a valid `ca.crt`. */
export function writeExpiredClient(ca: CertificateAuthority, folder: string): void {
  ca.writeTo(folder);
  ca.issue(folder, 'healthcheck-client', { commonName: 'kube-etcd-healthcheck-client', notAfter: new Date(Date.now() - DAY_MS) });
}

/** A folder that looks right, of another cluster: neither side trusts the other. */
export function writeForeignClient(folder: string): void {
  const foreign = CertificateAuthority.create('etcd-ca');
  foreign.writeTo(folder);
  foreign.issue(folder, 'healthcheck-client', { commonName: 'kube-etcd-healthcheck-client' });
}

interface KeyPair {
  readonly privateKey: pki.rsa.PrivateKey;
  readonly publicKey: pki.rsa.PublicKey;
}

/** By OpenSSL inside Node, which takes a tenth of what it takes in JavaScript. */
function keyPair(): KeyPair {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return { privateKey: pki.privateKeyFromPem(pair.privateKey), publicKey: pki.publicKeyFromPem(pair.publicKey) };
}

function newCertificate(publicKey: pki.rsa.PublicKey, subject: pki.CertificateField[], notAfter: Date): pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = publicKey;
  // A first byte of 01 keeps the number positive and its DER minimal, which Go insists on.
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = new Date(Math.min(Date.now(), notAfter.getTime()) - DAY_MS);
  certificate.validity.notAfter = notAfter;
  certificate.setSubject(subject);
  return certificate;
}

function sha256() {
  return md.sha256.create();
}

function write(folder: string, name: string, certificate: pki.Certificate, privateKey: pki.rsa.PrivateKey): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.crt`), pki.certificateToPem(certificate));
  const keyFile = join(folder, `${name}.key`);
  writeFileSync(keyFile, pki.privateKeyToPem(privateKey));
  chmodSync(keyFile, 0o600);
}
