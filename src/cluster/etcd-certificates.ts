import * as path from 'path';
import * as kplus from 'cdk8s-plus-28';
import { requireGiven } from '../require/given';
import { requireDnsSubdomain } from '../require/names';
import { requireAbsolutePath } from '../require/path';
import { requireText } from '../require/text';

/**
 * The names of the three files that a client of etcd needs.
 */
export interface CertificateFiles {
  /**
   * The certificate of the authority that signed etcd's server certificates.
   *
   * @default ca.crt
   */
  readonly ca?: string;

  /**
   * The client's certificate.
   *
   * @default healthcheck-client.crt in a folder of the host, tls.crt in a Secret
   */
  readonly cert?: string;

  /**
   * The client's private key.
   *
   * @default healthcheck-client.key in a folder of the host, tls.key in a Secret
   */
  readonly key?: string;
}

/**
 * Where the three files are: absolute paths on the host, or keys of the Secret.
 */
export interface CertificateLocations {
  /** The certificate of the authority. */
  readonly ca: string;
  /** The client's certificate. */
  readonly cert: string;
  /** The client's private key. */
  readonly key: string;
}

/** The folder in which kubeadm keeps the certificates of etcd. */
const KUBEADM_FOLDER = '/etc/kubernetes/pki/etcd';

/**
 * The certificates with which snapshots are taken from etcd.
 */
export class EtcdCertificates {
  /**
   * Certificates in a folder of the node on which the pod runs.
   *
   * Throws when the folder isn't an absolute path, or a file is neither a name nor an absolute path.
   *
   * @param folder The folder on the host; `/etc/kubernetes/pki/etcd` when left out.
   * @param files Names within the folder, or absolute paths; when left out, the client certificate of kubeadm's health check, which every
   * control plane has. It is not the server's certificate.
   * @see https://kubernetes.io/docs/setup/best-practices/certificates/
   */
  public static fromHostFolder(folder: string = KUBEADM_FOLDER, files: CertificateFiles = {}): EtcdCertificates {
    requireAbsolutePath('certificate folder', folder);
    const locate = (prop: string, file: string) => {
      requireText(`certificate file ${prop}`, file);
      if (file === '' || file.endsWith('/')) {
        throw new Error(`certificate file ${prop} must be a name within ${folder} or an absolute path, got ${JSON.stringify(file)}`);
      }
      const location = path.posix.isAbsolute(file) ? file : `${folder}/${file}`;
      requireAbsolutePath(`certificate file ${prop}`, location);
      return path.posix.normalize(location);
    };
    return new EtcdCertificates({
      ca: locate('ca', files.ca ?? 'ca.crt'),
      cert: locate('cert', files.cert ?? 'healthcheck-client.crt'),
      key: locate('key', files.key ?? 'healthcheck-client.key'),
    }, path.posix.resolve(folder), undefined);
  }

  /**
   * Certificates in a Secret in the namespace of the pod, for example one of type `kubernetes.io/tls` that has `ca.crt` too.
   *
   * Throws when the name or a key isn't one that a Secret can have.
   *
   * @param secretName The name of the Secret.
   * @param keys The keys in the Secret; `ca.crt`, `tls.crt` and `tls.key` when left out.
   */
  public static fromSecretName(secretName: string, keys: CertificateFiles = {}): EtcdCertificates {
    requireDnsSubdomain('secret', secretName);
    const check = (prop: string, key: string) => {
      requireText(`certificate key ${prop}`, key);
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) {
        throw new Error(`certificate key ${prop} must be a key of a Secret, made of letters, digits, '-', '_' and '.', got ${JSON.stringify(key)}`);
      }
      return key;
    };
    return new EtcdCertificates({
      ca: check('ca', keys.ca ?? 'ca.crt'),
      cert: check('cert', keys.cert ?? 'tls.crt'),
      key: check('key', keys.key ?? 'tls.key'),
    }, undefined, secretName);
  }

  /**
   * As `fromSecretName`, for a Secret of cdk8s-plus-28. With another release of cdk8s-plus, and in other languages than TypeScript, use
   * `fromSecretName` with the Secret's `name`.
   *
   * Throws when a key isn't one that a Secret can have.
   */
  public static fromSecret(secret: kplus.ISecret, keys: CertificateFiles = {}): EtcdCertificates {
    requireGiven({ secret }, 'secret');
    return EtcdCertificates.fromSecretName(secret.name, keys);
  }

  private constructor(
    /** Where the files are: absolute paths on the host, or keys of the Secret. */
    public readonly files: CertificateLocations,
    /** The folder on the host, when the files are there. */
    public readonly hostFolder?: string,
    /** The name of the Secret, when the files are there. */
    public readonly secretName?: string,
  ) {}
}
