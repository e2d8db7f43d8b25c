/** What a reader makes of a manifest that it understands. Everything that matters is here, and what isn't here isn't there. */
export interface Understood {
  /** Flags and ETCD_ variables, by the flag's name without dashes. Those that matter; '' stands for one that is certainly not set. */
  readonly settings: Record<string, string>;
  /** Where the data folder of etcd is on the host. */
  readonly hostDataDir?: string;
  /** Where the files of flags are on the host, by the flag's name. */
  readonly hostFiles?: Record<string, string>;
  /** Whom the process runs as, if the manifest says so. */
  readonly user?: string;
  readonly image?: string;
}

/** What the strict reader declines. */
export interface Refused {
  /** A word that the message has, by which a person finds the place. */
  readonly refused: RegExp;
  readonly because: string;
  /** What it says all the same to a reader of the whole of YAML. Without it, it is wrong or unknowable, and every reader must refuse. */
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
  /**
   * What EtcdCluster.fromStaticPodManifest does: the same as the strict reader, understands what that one declines, or declines for a reason
   * of its own.
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
