/**
 * The flags that stand alone: the word after one is not its value.
 *
 * @see https://github.com/etcd-io/etcd/blob/main/server/embed/config.go
 */
const STAND_ALONE = [
  'auto-tls', 'peer-auto-tls', 'client-cert-auth', 'peer-client-cert-auth', 'peer-skip-client-san-verification', 'force-new-cluster', 'pre-vote',
  'strict-reconfig-check', 'enable-v2', 'enable-pprof', 'enable-grpc-gateway', 'enable-log-rotation', 'debug', 'unsafe-no-fsync', 'socket-reuse-port',
  'socket-reuse-address', 'experimental-initial-corrupt-check', 'experimental-compact-hash-check-enabled', 'experimental-memory-mlock',
  'experimental-enable-distributed-tracing', 'experimental-enable-lease-checkpoint', 'experimental-enable-lease-checkpoint-persist',
  'experimental-txn-mode-write-with-shared-buffer', 'experimental-stop-grpc-service-on-defrag', 'compact-hash-check', 'memory-mlock', 'version', 'help',
];

/** Flags that are no switches: Go takes the next word for their value, whatever it is. */
const TAKES_VALUE = /^(name|initial-cluster(-token|-state)?)$|-(file|dir|urls)$/;

/** The beginnings of flags that almost every etcd has: enough to tell its command line from another program's. */
const OF_ETCD = /^--?(name|data-dir|wal-dir|config-file|(listen|advertise|initial)-[a-z]+|(cert|key|trusted-ca|peer-[a-z]+)-file)(-|=|$)/;

/** Whether a word looks like a flag of etcd. */
export function isFlagOfEtcd(word: string): boolean {
  return OF_ETCD.test(word);
}

/** What else is known where the flags were read. */
export interface EtcdFlagsOptions {
  /** Variables: etcd reads ETCD_DATA_DIR where --data-dir isn't given. */
  readonly environment?: ReadonlyMap<string, string>;
  /** What to do when a flag is missing although the text is complete. */
  readonly isWhole?: string;
}

/**
 * What an etcd process was told, by flags and by ETCD_ variables.
 */
export class EtcdFlags {
  private readonly flags: Map<string, string>;

  /**
   * @param source what is read, for error messages
   * @param args the words after the program's name
   */
  constructor(public readonly source: string, args: string[], private readonly options: EtcdFlagsOptions = {}) {
    this.flags = parseFlags(source, args);
    if (this.value('config-file')) {
      throw new Error(`${source} has --config-file, which etcd reads instead of flags: describe the cluster with EtcdCluster.kubeadm, `
        + 'or EtcdCluster.external where it is none of kubeadm\'s');
    }
  }

  /**
   * The value of a flag, else of its variable: etcd reads ETCD_DATA_DIR where --data-dir isn't given.
   *
   * @see https://etcd.io/docs/v3.6/op-guide/configuration/
   */
  public value(flag: string): string | undefined {
    const value = this.flags.get(flag) ?? this.options.environment?.get(`ETCD_${flag.toUpperCase().replace(/-/g, '_')}`);
    if (value && /\$[({A-Za-z_]|`/.test(value)) {
      throw new Error(`${this.source} has --${flag}=${value}, which is known only on the node: replace it by its value in what is read here`);
    }
    return value || undefined;
  }

  /** Whether a flag is given with an empty value. For most flags that is not the same as leaving it out. */
  public isEmpty(flag: string): boolean {
    return this.flags.get(flag) === '';
  }

  /** As `value`. Throws when there is none. */
  public required(flag: string): string {
    const value = this.value(flag);
    if (value === undefined) {
      throw new Error(`${this.source} has no --${flag}: check that it is complete and is etcd's`
        + `${this.options.isWhole ? `; if so, ${this.options.isWhole}` : ''}`);
    }
    return value;
  }

  /** The values of a flag that takes several, separated by commas. */
  public list(flag: string): string[] {
    return (this.value(flag) ?? '').split(',').map(value => value.trim()).filter(value => value !== '');
  }
}

/**
 * Reads `--flag=value`, `--flag value` and `--flag` alone, with one dash or two, as Go does: of the same flag given twice, the last one counts.
 * Refuses what etcd would refuse to start with.
 */
function parseFlags(source: string, args: string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const [, name, value] = /^--?([A-Za-z][-A-Za-z0-9]*)(?:=([^]*))?$/.exec(args[index]) ?? [];
    const next = args[index + 1];
    if (name === undefined) {
      throw new Error(`${source} has the word ${JSON.stringify(args[index])}${index > 0 ? ` after ${args[index - 1]}` : ''}, `
        + 'where etcd takes only flags: quote the value that it is a part of, or leave it out if it is another program\'s');
    }
    if (value !== undefined) {
      flags.set(name, value);
    } else if (TAKES_VALUE.test(name) && (next === undefined || /^--?[A-Za-z]/.test(next))) {
      throw new Error(`${source} has --${name} without a value: give it one, or leave it out`);
    } else if (STAND_ALONE.includes(name) || next === undefined || next.startsWith('-')) {
      flags.set(name, 'true');
    } else {
      flags.set(name, next);
      index++;
    }
  }
  return flags;
}
