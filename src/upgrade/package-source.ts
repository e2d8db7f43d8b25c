import { requireText } from '../require/text';

/** Props of a repository of packages for apt. */
export interface AptPackageSourceProps {
  /**
   * The URL of the repository of a minor, with `{minor}` in the place of `1.35`, such as `https://mirror.example.com/kubernetes/v{minor}/deb/`.
   * Its key is read from `Release.key` below that URL.
   *
   * @default - as the node's own source in /etc/apt has it, pkgs.k8s.io or a mirror: only the minor in it is changed
   */
  readonly repository?: string;

  /**
   * The fingerprint of the repository's key, 40 hexadecimal digits.
   *
   * @default - that of the key that the node has: a renewed key is taken, a foreign one is refused
   */
  readonly keyFingerprint?: string;
}

/** Props of a repository of packages for dnf. */
export interface DnfPackageSourceProps {
  /**
   * The URL of the repository of a minor, with `{minor}` in the place of `1.35`, such as `https://mirror.example.com/kubernetes/v{minor}/rpm/`.
   * Its key is read from `repodata/repomd.xml.key` below that URL.
   *
   * @default - as the node's own source in /etc/yum.repos.d has it, pkgs.k8s.io or a mirror: only the minor in it is changed
   */
  readonly repository?: string;

  /**
   * The fingerprint of the repository's key, 40 hexadecimal digits. With it packages are verified, also where the source has `gpgcheck=0`.
   *
   * @default - that of the key that the node has, in a file or in rpm's database: a renewed key is taken, a foreign one is refused
   */
  readonly keyFingerprint?: string;
}

/**
 * Where nodes get their packages of Kubernetes from.
 */
export class PackageSource {
  /**
   * The node's own: the package manager that has installed its kubelet, apt or dnf, and the node's source of packages, with the new minor.
   *
   * A node on which both have a kubelet is refused.
   */
  public static ofNode(): PackageSource {
    return new PackageSource('auto', {});
  }

  /**
   * By apt, on Debian, Ubuntu and their kin.
   *
   * Throws when the repository has no `{minor}` or is no http or https URL, and when the fingerprint isn't one.
   */
  public static apt(props: AptPackageSourceProps = {}): PackageSource {
    return new PackageSource('apt', props);
  }

  /**
   * By dnf, on Red Hat Enterprise Linux, Rocky Linux, AlmaLinux, Amazon Linux 2023 and their kin.
   *
   * Throws when the repository has no `{minor}` or is no http or https URL, and when the fingerprint isn't one.
   */
  public static dnf(props: DnfPackageSourceProps = {}): PackageSource {
    return new PackageSource('dnf', props);
  }

  private constructor(private readonly manager: string, private readonly props: AptPackageSourceProps | DnfPackageSourceProps) {
    const { repository, keyFingerprint } = props;
    if (repository !== undefined) {
      requireText('repository', repository);
      if (!/^https?:\/\/[^\s'"[\]]+$/.test(repository) || !repository.includes('{minor}')) {
        throw new Error('repository must be an http or https URL with {minor} in it, such as '
          + `https://pkgs.k8s.io/core:/stable:/v{minor}/${manager === 'dnf' ? 'rpm' : 'deb'}/, `
          + `got ${JSON.stringify(repository)}`);
      }
    }
    if (keyFingerprint !== undefined && !/^[0-9A-Fa-f]{40}$/.test(keyFingerprint)) {
      throw new Error(`keyFingerprint must have 40 hexadecimal digits, got ${JSON.stringify(keyFingerprint)}: gpg --show-keys prints it`);
    }
  }

  /**
   * The inputs of the program, see programs/upgrade-node.sh.
   *
   * @internal
   */
  public get _environment(): { [name: string]: string } {
    const { repository, keyFingerprint } = this.props;
    return {
      PACKAGES: this.manager,
      ...repository !== undefined && { REPOSITORY: repository },
      ...keyFingerprint !== undefined && { KEY_FINGERPRINT: keyFingerprint.toUpperCase() },
    };
  }
}
