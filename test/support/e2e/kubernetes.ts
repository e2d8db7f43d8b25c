import { JobRun, PodObject, podRun } from './job-run';
import { ClusterAccess } from '../../lab/cluster-access';
import { sleep, until } from '../wait';

/** The fields of an object that are needed to apply and to find it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: { readonly [key: string]: string } };
  readonly [field: string]: any;
}

/** The cluster as its user has it: kubectl, in a namespace of the scenario's own. */
export class Kubernetes {
  /** The control plane whose API server is asked, when it can't be the first that runs. */
  via?: string;
  /** What was applied, in order. */
  readonly applied: KubernetesObject[][] = [];

  constructor(private readonly cluster: ClusterAccess, readonly namespace: string) {}

  /** Runs kubectl, which has to succeed; returns what it printed. */
  async kubectl(args: string[], input?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tryKubectl(args, input);
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')} failed with exit code ${exitCode}:\n${stderr.trim()}`);
    return stdout;
  }

  tryKubectl(args: string[], input?: string) {
    return this.cluster.kubectl(['--namespace', this.namespace, ...args], { input, via: this.via });
  }

  async get<T = any>(...what: string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', ...what, '-o', 'json']));
  }

  /** Applies objects as a user does; returns kubectl's lines. */
  async apply(objects: KubernetesObject[]): Promise<string[]> {
    this.applied.push(objects);
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    const { exitCode, stdout, stderr } = await this.cluster.kubectl(['apply', '--validate=strict', '-f', '-'], { input: JSON.stringify(list) });
    if (exitCode !== 0) throw new Error(`kubectl apply failed with exit code ${exitCode}:\n${stderr.trim()}`);
    return stdout.trim().split('\n');
  }

  /** Makes the scenario's namespace. @param podSecurity the level of the Pod Security Standards that it enforces. */
  async createNamespace(podSecurity: 'privileged' | 'baseline' | 'restricted' = 'privileged'): Promise<void> {
    // One of this name may still be ending.
    await this.kubectl(['wait', '--for=delete', `namespace/${this.namespace}`, '--timeout=90s']);
    const labels = { 'pod-security.kubernetes.io/enforce': podSecurity };
    await this.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace, labels } }]);
    // Pods are refused until the controller has made it.
    await this.eventually('the namespace has its service account', async () => this.get('serviceaccount', 'default'), 30);
  }

  /** Starts a run of a CronJob now, as documented. */
  async startJob(cronJob: string, job: string): Promise<void> {
    await this.kubectl(['create', 'job', `--from=cronjob/${cronJob}`, job]);
  }

  /** Starts a run of a CronJob now and waits for its end, be it good or bad. */
  async runCronJob(cronJob: string, job: string, timeoutSeconds?: number): Promise<JobRun> {
    await this.startJob(cronJob, job);
    return this.ended(job, timeoutSeconds);
  }

  /** Waits until a Job has ended, and tells how. */
  async ended(job: string, timeoutSeconds: number = 120): Promise<JobRun> {
    let outcome = '';
    await this.eventually(`job ${job} ends`, async () => {
      const { status } = await this.get('job', job);
      outcome = status.conditions?.find(({ type, status: state }: any) => ['Complete', 'Failed'].includes(type) && state === 'True')?.type;
      if (outcome === undefined) throw new Error(await this.podStates(job));
      return true;
    }, timeoutSeconds);
    const pods = await this.podsOf(job);
    return { succeeded: outcome === 'Complete', pods: await Promise.all(pods.map(async (pod) => podRun(pod, await this.logOf(pod.metadata.name)))) };
  }

  /** The pods of a Job, the oldest first. */
  async podsOf(job: string): Promise<PodObject[]> {
    const { items } = await this.get<{ items: PodObject[] }>('pods', '--selector', `batch.kubernetes.io/job-name=${job}`, '--sort-by=.metadata.creationTimestamp');
    return items;
  }

  async logOf(pod: string): Promise<string> {
    const { stdout, stderr } = await this.tryKubectl(['logs', pod]);
    return stdout + stderr;
  }

  /** Asks once a second until the answer is yes. */
  async eventually(what: string, question: () => Promise<unknown>, timeoutSeconds: number): Promise<void> {
    await until(what, async () => {
      try {
        return Boolean(await question());
      } finally {
        await sleep(700);
      }
    }, timeoutSeconds);
  }

  /** Has everything removed that was applied, without waiting for it. */
  async clear(): Promise<void> {
    if (this.applied.length === 0) return;
    const items = this.applied.flat().reverse()
      .map(({ apiVersion, kind, metadata: { name, namespace } }) => ({ apiVersion, kind, metadata: { name, namespace } }));
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.eventually('what was applied is removed', async () => {
      const { exitCode, stderr } = await this.cluster.kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], { input });
      if (exitCode !== 0) throw new Error(stderr);
      return true;
    }, 90);
  }

  private async podStates(job: string): Promise<string> {
    const pods = await this.podsOf(job);
    const containers = ({ status }: PodObject) => JSON.stringify(status.containerStatuses?.map(({ state }) => state) ?? []);
    return pods.map((pod) => `${pod.metadata.name} is ${pod.status.phase} ${containers(pod)}`).join(', ') || 'no pod yet';
  }
}
