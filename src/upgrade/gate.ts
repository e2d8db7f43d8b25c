import { GateRule } from './gate-rule';
import { requireGiven } from '../require/given';
import { requireList } from '../require/list';
import { requireDnsLabel, requireDnsSubdomain } from '../require/names';
import { requireWithin } from '../require/number';
import { requireLine } from '../require/text';

/** Props of a gate that looks at resources. */
export interface ResourceGateProps {
  /** The kind of resource as kubectl names it: plural and group, such as `volumes.longhorn.io`, or `pods` of the core group. */
  readonly resource: string;

  /**
   * What is read of each, in kubectl's JSONPath, such as `{.status.robustness}`, or `{.status.conditions[?(@.type=="Ready")].status}`.
   *
   * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
   */
  readonly value: string;

  /** The values that it may have, such as `healthy`. */
  readonly expected: string[];

  /**
   * The namespace of the resources.
   *
   * @default - all namespaces, and resources that are in none
   */
  readonly namespace?: string;

  /**
   * Whether there may be none. Without this, a gate that finds none stays closed: its namespace may be wrong.
   *
   * @default false
   */
  readonly mayBeNone?: boolean;
}

/** Where a storage system has its resources. */
export interface StorageGateProps {
  /**
   * The namespace of the storage system.
   *
   * @default - `longhorn-system` or `rook-ceph`
   */
  readonly namespace?: string;
}

/** Props of a gate that asks a Prometheus. */
export interface AlertGateProps {
  /**
   * The namespace of the Service of Prometheus.
   *
   * @default 'monitoring'
   */
  readonly namespace?: string;

  /**
   * The name of the Service. The API server passes the question on to it, so it needs endpoints in the cluster.
   *
   * @default 'prometheus-k8s'
   */
  readonly service?: string;

  /**
   * The port of the Service.
   *
   * @default 9090
   */
  readonly port?: number;

  /**
   * Whether Prometheus serves https.
   *
   * @default false
   */
  readonly https?: boolean;

  /**
   * A prefix of its paths, such as `/prometheus`, as `--web.route-prefix` gives it.
   *
   * @default - none
   */
  readonly pathPrefix?: string;

  /**
   * The name of an alert that always fires, by a rule such as `vector(1)`. The gate is closed while it does not: then this Prometheus evaluates no rules,
   * as where another program does that.
   *
   * @default 'Watchdog'
   */
  readonly alwaysFires?: string;

  /**
   * Names of alerts that may fire. The one that always fires and `InfoInhibitor` may in any case, as they are no alarm, and `KubeVersionMismatch`, which fires in the
   * middle of any upgrade that takes more than a quarter of an hour.
   *
   * @default - no others
   */
  readonly ignore?: string[];

  /**
   * Only alerts with one of these values of the label `severity` close the gate, such as `critical`.
   *
   * @default - all alerts
   */
  readonly severities?: string[];
}

const NEVER_AN_ALARM = ['InfoInhibitor', 'KubeVersionMismatch'];

/**
 * What must hold in the cluster before the next node begins, beside what is always asked. A gate that can't be asked is closed, as is one that finds
 * nothing: then the nodes behind it wait, their logs say for what, and at `expires` their Jobs fail. It is also asked before the first node.
 */
export class Gate {
  /**
   * All resources of a kind have one of the expected values.
   *
   * Throws when the kind, the JSONPath, a value or the namespace isn't valid.
   */
  public static resources(props: ResourceGateProps): Gate {
    requireGiven(props, 'resource', 'value', 'expected');
    const { resource, value, expected, namespace, mayBeNone = false } = props;
    requireDnsSubdomain('resource', resource);
    if (resource === 'secrets') {
      throw new Error('resource must not be secrets: what a gate reads stands in logs');
    }
    requireExpression(value);
    requireList('expected', expected);
    if (expected.length === 0) {
      throw new Error('expected must have a value, got none: the gate would never open');
    }
    expected.forEach(requireExpected);
    if (namespace !== undefined) {
      requireDnsLabel('namespace', namespace);
    }
    const [plural, ...group] = resource.split('.');
    return new Gate(
      ['resources', resource, namespace ?? '-', mayBeNone ? 'may-be-none' : 'some', value, ...expected],
      { namespace, apiGroups: [group.join('.')], resources: [plural], verbs: ['list'] },
    );
  }

  /**
   * All volumes of Longhorn that are attached are healthy, and none is in between.
   *
   * Throws when the namespace isn't valid.
   */
  public static longhornVolumes(props: StorageGateProps = {}): Gate {
    return Gate.resources({
      resource: 'volumes.longhorn.io',
      namespace: props.namespace ?? 'longhorn-system',
      value: '{.status.state} {.status.robustness}',
      // Longhorn doesn't know how a volume is that nobody uses.
      expected: ['attached healthy', 'detached healthy', 'detached unknown'],
    });
  }

  /**
   * All clusters of Ceph that Rook keeps have the health `HEALTH_OK`.
   *
   * Throws when the namespace isn't valid.
   */
  public static rookCephClusters(props: StorageGateProps = {}): Gate {
    return Gate.resources({
      resource: 'cephclusters.ceph.rook.io', namespace: props.namespace ?? 'rook-ceph', value: '{.status.ceph.health}', expected: ['HEALTH_OK'],
    });
  }

  /**
   * A Prometheus says that no alert is firing. It must be the one in this cluster that evaluates its rules: see `alwaysFires`.
   *
   * Throws when a name, the port or the prefix isn't valid.
   */
  public static noFiringAlerts(props: AlertGateProps = {}): Gate {
    const { namespace = 'monitoring', service = 'prometheus-k8s', port = 9090, https = false, pathPrefix = '', alwaysFires = 'Watchdog', ignore = [], severities = [] } = props;
    requireDnsLabel('namespace', namespace);
    requireDnsLabel('service', service);
    requireWithin('port', port, 1, 65535, 'ports');
    if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(pathPrefix) || /\/\.\.?(\/|$)/.test(pathPrefix)) {
      throw new Error(`pathPrefix must be a path such as /prometheus, got ${JSON.stringify(pathPrefix)}`);
    }
    requireList('ignore', ignore);
    requireList('severities', severities);
    requireLine('alwaysFires', alwaysFires);
    ignore.forEach((name) => requireLine('ignore', name));
    severities.forEach((severity) => requireLine('severities', severity));
    const proxied = `${https ? 'https' : 'http'}:${service}:${port}`;
    const labels = [
      'alertstate="firing"',
      `alertname!~${anyOf([alwaysFires, ...NEVER_AN_ALARM, ...ignore])}`,
      ...severities.length > 0 ? [`severity=~${anyOf(severities)}`] : [],
    ];
    // A number has no labels, so it can't be taken for an alert.
    const query = `ALERTS{${labels.join(',')}} or count(ALERTS{alertstate="firing",alertname=${JSON.stringify(alwaysFires)}})`;
    return new Gate(
      ['alerts', `${namespace}/${service}`, `/api/v1/namespaces/${namespace}/services/${proxied}/proxy${pathPrefix}/api/v1/query?query=${encoded(query)}`],
      { namespace, apiGroups: [''], resources: ['services/proxy'], resourceNames: [proxied], verbs: ['get'] },
    );
  }

  private constructor(private readonly fields: string[], private readonly rule: GateRule) {}

  /**
   * A line of `GATES`, see programs/turn/gates.sh.
   *
   * @internal
   */
  public get _line(): string {
    return this.fields.join('\t');
  }

  /**
   * What the container that asks must be allowed.
   *
   * @internal
   */
  public get _rule(): GateRule {
    return this.rule;
  }
}

function requireExpression(value: string): void {
  requireLine('value', value);
  // Kubernetes would read $(NAME) in it as a variable.
  if (!/^\{.*\}$/.test(value) || value.includes('$')) {
    throw new Error(`value must be a JSONPath of kubectl in braces and without $, such as {.status.robustness}, got ${JSON.stringify(value)}`);
  }
}

function requireExpected(value: string): void {
  requireLine('expected', value);
  if (value === '' || value.includes('$')) {
    throw new Error(`expected must be texts without $, got ${JSON.stringify(value)}`);
  }
}

/** A text of PromQL that holds a regular expression: one of the names. */
function anyOf(names: string[]): string {
  return JSON.stringify(names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
