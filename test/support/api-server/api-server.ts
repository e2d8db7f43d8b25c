import { generateKeyPairSync, randomBytes } from 'crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { Agent, request } from 'https';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { parseAllDocuments } from 'yaml';
import { Outcome, run } from '../../toolchain/run';
import { Tool } from '../../toolchain/tool';
import { toolchain } from '../../toolchain/toolchain';
import { Daemon } from '../etcd/daemon';
import { freePorts } from '../etcd/loopback';
import { startPlainEtcd } from '../etcd/plain-etcd';
import { podOf, Workload } from '../pod/pod-of';
import { until } from '../wait';

/** A level of the Pod Security Standards. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

export interface ApplyOptions {
  /** The namespace of objects that name none; kubectl refuses objects that name another one. @default - `default`, and each object's own */
  readonly namespace?: string;
}

/** Somebody who may ask an API server. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

const ADMINISTRATOR: Identity = { user: 'tester', groups: ['system:masters'] };

/** The identity of a node's kubelet, as its certificate has it. */
export function kubeletOf(node: string): Identity {
  return { user: `system:node:${node}`, groups: ['system:nodes'] };
}

/** The identity of a pod that has the token of a service account. */
export function serviceAccount(namespace: string, name: string): Identity {
  return { user: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] };
}

/**
 * A real kube-apiserver with an etcd of its own, and no nodes: enough to judge manifests as a cluster of its version does.
 *
 * The caller ends it by `destroy()`. If the test process dies first, the kernel ends both servers.
 */
export class ApiServer {
  /** The tools that an API server of a version needs, for `describeWithTools`. */
  static needs(tool: Tool): Tool[] {
    return [tool, toolchain.etcd36, toolchain.kubectl];
  }

  /**
   * Starts a server, ready to answer.
   *
   * @param tool one of the kube-apiservers of the toolchain.
   * @param identities who else than its administrator may ask it, see `kubeconfigOf`.
   */
  static async start(tool: Tool, identities: Identity[] = []): Promise<ApiServer> {
    const server = new ApiServer(tool.recipe.version, mkdtempSync(join(tmpdir(), 'cdk8s-day2-apiserver-')), identities);
    try {
      await server.launch(tool);
      return server;
    } catch (error) {
      await server.destroy();
      throw error;
    }
  }

  /** For further commands with kubectl or other clients. */
  readonly kubeconfig: string;
  private readonly daemons: Daemon[] = [];
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  private url = '';
  private token = '';
  /** Namespaces that are there, so that each is made once. */
  private readonly namespaces = new Set(['default', 'kube-system']);

  private constructor(readonly version: string, private readonly folder: string, private readonly identities: Identity[]) {
    this.kubeconfig = join(folder, 'kubeconfig');
  }

  /** For kubectl as somebody else. */
  kubeconfigOf({ user }: Pick<Identity, 'user'>): string {
    return join(this.folder, `kubeconfig-${user.replaceAll(':', '-')}`);
  }

  /** What kubectl says that must succeed. */
  async ask(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.kubectl(args);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')} failed with exit code ${exitCode}:\n${stderr}`);
    return stdout;
  }

  /** Runs kubectl against this server, as its administrator. */
  kubectl(args: string[], input?: string): Promise<Outcome> {
    // A cache of its own: what one version has told about its resources must not reach another on the same port.
    return run(toolchain.kubectl.path(), ['--kubeconfig', this.kubeconfig, '--cache-dir', join(this.folder, 'cache'), ...args], { input });
  }

  /** Asks without kubectl, which takes a second on a busy machine. Throws what the server says unless it is a success, or 404 for a DELETE. */
  request(method: 'DELETE' | 'PATCH' | 'POST', path: string, body?: object): Promise<void> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const question = request(`${this.url}${path}`, {
        method,
        agent: this.agent,
        headers: {
          'Authorization': `Bearer ${this.token}`,
          'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          'Content-Length': Buffer.byteLength(text),
        },
      }, (answer) => {
        let said = '';
        answer.on('data', (data) => { said += data; });
        answer.on('end', () => {
          const { statusCode = 0 } = answer;
          if (statusCode < 300 || (method === 'DELETE' && statusCode === 404)) resolve();
          else reject(new Error(`${method} ${path}: ${statusCode} ${said}`));
        });
      });
      question.on('error', reject);
      question.end(text);
    });
  }

  async createNamespace(...names: string[]): Promise<void> {
    const absent = names.filter((name) => !this.namespaces.has(name));
    if (absent.length === 0) return;
    await this.apply(list(absent.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))));
    absent.forEach((name) => this.namespaces.add(name));
  }

  /** Applies for real what a dry run needs, such as custom resource definitions. Throws what kubectl says when it is refused. */
  async apply(manifests: string): Promise<void> {
    const { exitCode, stderr } = await this.kubectl(['apply', '--server-side', '-f', '-'], manifests);
    if (exitCode !== 0) throw new Error(`kubectl apply failed with exit code ${exitCode}:\n${stderr}`);
  }

  /** Takes custom resource definitions from a file, and waits until the server knows their kinds. */
  async define(file: string): Promise<void> {
    await this.ask('apply', '--server-side', '-f', file);
    await this.ask('wait', '--for=condition=Established', '--timeout=60s', '-f', file);
  }

  /**
   * Asks the server whether it would take these manifests: exit code 0 is a yes. Unknown and duplicate fields are refused.
   * The namespaces that the objects name are created first, for real.
   */
  async dryRunApply(manifests: string, { namespace }: ApplyOptions = {}): Promise<Outcome> {
    const chosen = namespace === undefined ? [] : [namespace];
    await this.createNamespace(...chosen, ...namespacesOf(manifests));
    return this.kubectl(['apply', '--dry-run=server', '--validate=strict', ...chosen.map((name) => `--namespace=${name}`), '-f', '-'], manifests);
  }

  /** Makes a namespace enforce a level of the Pod Security Standards. */
  async podSecurity(namespace: string, level: PodSecurityLevel): Promise<void> {
    await this.createNamespace(namespace);
    const { exitCode, stderr } = await this.kubectl(['label', '--overwrite', 'namespace', namespace, `pod-security.kubernetes.io/enforce=${level}`]);
    if (exitCode !== 0) throw new Error(`labelling namespace ${namespace} failed:\n${stderr}`);
  }

  /**
   * Asks whether the pods that these workloads start would be admitted into a namespace. Pod Security refuses only
   * pods: for a CronJob that could never start one, it just warns.
   *
   * Throws when there is no workload among the manifests: nothing would have been judged.
   */
  async dryRunPods(manifests: string, namespace: string): Promise<Outcome> {
    const pods = documents(manifests).map(podOf).filter((pod) => pod !== undefined);
    if (pods.length === 0) throw new Error('the manifests hold no workload whose pods could be judged');
    await this.createNamespace(namespace);
    return this.kubectl(['create', '--dry-run=server', '--validate=strict', '--namespace', namespace, '-f', '-'], list(pods));
  }

  /** Proves that this judge is strict. Throws when it takes an object with a field that doesn't exist. */
  async assertStrict(): Promise<void> {
    const object = (data: object) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'strictness' }, ...data });
    const good = await this.dryRunApply(object({ data: { a: 'b' } }));
    if (good.exitCode !== 0) throw new Error(`${this.version} refuses a plain ConfigMap:\n${good.stderr}`);
    const bad = await this.dryRunApply(object({ dataa: { a: 'b' } }));
    if (bad.exitCode === 0 || !bad.stderr.includes('unknown field "dataa"')) {
      throw new Error(`${this.version} is not strict: an unknown field gave exit code ${bad.exitCode}:\n${bad.stdout}${bad.stderr}`);
    }
  }

  /** Ends both servers and removes their files. */
  async destroy(): Promise<void> {
    this.agent.destroy();
    await Promise.all(this.daemons.map((daemon) => daemon.stop('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async launch(tool: Tool): Promise<void> {
    const etcd = await startPlainEtcd(toolchain.etcd36, this.folder);
    this.daemons.push(etcd.daemon);

    const [port] = await freePorts(1);
    const all = [ADMINISTRATOR, ...this.identities].map((identity) => ({ ...identity, token: randomBytes(16).toString('hex') }));
    this.url = `https://127.0.0.1:${port}`;
    this.token = all[0].token;
    const tokens = all.map(({ user, groups, token }) => `${token},${user},${user},"${groups.join()}"\n`).join('');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const apiserver = new Daemon(tool.path(), [
      `--etcd-servers=${etcd.endpoint}`, '--etcd-prefix=/registry',
      '--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${join(this.folder, 'certs')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${this.file('sa.key', privateKey)}`,
      `--service-account-key-file=${this.file('sa.pub', publicKey)}`,
      `--token-auth-file=${this.file('tokens.csv', tokens)}`,
      // As kubeadm starts it.
      '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true',
      // No controller runs that would give each namespace its default service account.
      '--disable-admission-plugins=ServiceAccount',
    ], join(this.folder, 'kube-apiserver.log'));
    this.daemons.unshift(apiserver);
    for (const { user, token } of all) {
      this.file(user === ADMINISTRATOR.user ? 'kubeconfig' : basename(this.kubeconfigOf({ user })), JSON.stringify({
        'apiVersion': 'v1',
        'kind': 'Config',
        'clusters': [{ name: 'test', cluster: { 'server': this.url, 'insecure-skip-tls-verify': true } }],
        'users': [{ name: 'user', user: { token } }],
        'contexts': [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
        'current-context': 'test',
      }));
    }

    apiserver.start();
    await until(`${tool.title} is ready`, async () => {
      if (!apiserver.running) throw new Error(`it ended:\n${apiserver.logTail}`);
      const { exitCode, stderr } = await this.kubectl(['get', '--raw', '/readyz']);
      if (exitCode !== 0) throw new Error(stderr);
      return true;
    }, 60);
  }

  private file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }
}

/** JSON, since kubectl reads YAML 1.1, in which a namespace called `n` is a boolean. */
function list(items: object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function documents(manifests: string): Workload[] {
  return parseAllDocuments(manifests).map((document) => document.toJS()).filter((object) => object !== null);
}

function namespacesOf(manifests: string): string[] {
  return [...new Set(documents(manifests).flatMap(({ metadata }) => metadata?.namespace ?? []))];
}
