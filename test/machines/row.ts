/** What a reader makes of a manifest that it understands. Where `hostDataDir`, `user` or `image` is left out, the manifest tells none. */
export interface Understood {
  /** Flags and ETCD_ variables that matter, by the flag's name without dashes; '' stands for one that is certainly not set. */
  readonly settings: Record<string, string>;
  /** Where the data folder of etcd is on the host. */
  readonly hostDataDir?: string;
  /** Where the files of flags are on the host, by the flag's name. */
  readonly hostFiles?: Record<string, string>;
  /** The user that the process runs as, if the manifest names one. */
  readonly user?: string;
  readonly image?: string;
}

/** What the strict reader declines. */
export interface Refused {
  /** A word of the message by which a person finds the place. */
  readonly refused: RegExp;
  readonly because: string;
  /** What the manifest means to a reader of the whole of YAML. Without it, the manifest is wrong or unknowable, and every reader must refuse. */
  readonly meaning?: Understood;
}

/** One input, and what is right. */
export interface Row {
  /** In manifests/, without .yaml. */
  readonly file: string;
  readonly title: string;
  readonly of: 'etcd' | 'kube-apiserver';
  readonly expect: Understood | Refused;
  /** Where the form comes from. */
  readonly source: string;
  /** The minors of Kubernetes whose kubeadm writes it so, but for the image and what no reader looks at. */
  readonly minors?: number[];
  /**
   * What EtcdCluster.fromStaticPodManifest does: `same` as the strict reader, `understood` where the strict reader declines, or declines
   * with a message of its own.
   *
   * @default same
   */
  readonly typescript?: 'same' | 'understood' | RegExp;
}

export function isRefused(expect: Understood | Refused): expect is Refused {
  return 'refused' in expect;
}

/** What the row means to somebody who knows the whole of YAML; undefined where nobody can know. */
export function meaningOf(row: Row): Understood | undefined {
  return isRefused(row.expect) ? row.expect.meaning : row.expect;
}
