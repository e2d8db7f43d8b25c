/**
 * What an etcd process was told, by flags and by ETCD_ variables.
 */
export class EtcdFlags {
  private readonly flags: Map<string, string>;

  /**
   * @param source what is read, for error messages
   * @param args what stands behind the program's name
   */
  constructor(public readonly source: string, args: string[], private readonly environment: Map<string, string> = new Map()) {
    this.flags = parseFlags(args);
    if (this.value('config-file')) {
      throw new Error(`${source} has --config-file, which etcd reads instead of flags: describe the cluster with EtcdCluster.kubeadm`);
    }
  }

  /**
   * The value of a flag, else of its variable: etcd reads ETCD_DATA_DIR where --data-dir isn't given.
   *
   * @see https://etcd.io/docs/v3.6/op-guide/configuration/
   */
  public value(flag: string): string | undefined {
    const value = this.flags.get(flag) ?? this.environment.get(`ETCD_${flag.toUpperCase().replace(/-/g, '_')}`);
    if (value && /\$[({A-Za-z_]/.test(value)) {
      throw new Error(`${this.source} has --${flag}=${value}, which is known only on the node: replace it by its value in what is read here`);
    }
    return value || undefined;
  }

  /** As `value`, and refuses to go on without one. */
  public required(flag: string): string {
    const value = this.value(flag);
    if (value === undefined) {
      throw new Error(`${this.source} has no --${flag}: is it the whole of it, and etcd's?`);
    }
    return value;
  }

  /** The values of a flag that takes several, separated by commas. */
  public list(flag: string): string[] {
    return (this.value(flag) ?? '').split(',').map(value => value.trim()).filter(value => value !== '');
  }
}

/** `--flag=value`, `--flag value`, and `--flag` alone, each with one dash or two, the last one winning, as Go reads them. */
function parseFlags(args: string[]): Map<string, string> {
  const flags = new Map<string, string>();
  args.forEach((arg, index) => {
    const match = /^--?([A-Za-z][-A-Za-z0-9]*)(?:=([^]*))?$/.exec(arg);
    if (match) {
      const next = args[index + 1];
      flags.set(match[1], match[2] ?? (next === undefined || next.startsWith('-') ? 'true' : next));
    }
  });
  return flags;
}
