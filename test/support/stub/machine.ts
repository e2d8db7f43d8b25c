import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubHost, StubProcess } from './host';
import { StubImages, StubKubelet } from './kubelet';
import { layoutOf, PlacedData, StubLayout } from './layout';
import { apiServerArguments, etcdArguments, staticPod } from './manifests';
import { copyPki } from './pki';
import { StubSystemd } from './systemd';
import { OperationRecord } from '../drill/operation-record';
import { readIdentity } from '../etcd/certificates';
import { EtcdClient } from '../etcd/etcd-client';

export interface StubMachineProps {
  readonly name: string;
  readonly address: string;
  /** All of the machine is in it. */
  readonly folder: string;
  readonly images: StubImages;
  readonly etcdVersion: string;
  /** @default - as kubeadm has it */
  readonly layout?: StubLayout;
  /** How etcd runs here, if it does. */
  readonly etcd: 'static-pod' | 'unit' | 'none';
  readonly clientPort: number;
  readonly peerPort: number;
  /** The file by which machines find each other: each has it as its /etc/hosts. */
  readonly hosts: string;
  /** As etcd takes it. */
  readonly initialCluster: string;
  /** The API server's port on 127.0.0.1; no API server without it. */
  readonly apiPort?: number;
  /** The members that it knows. */
  readonly etcdServers: readonly string[];
  readonly scheduler: boolean;
  readonly kubeletLagMs: number;
  /** Folder of the program, which is the kit on the volume. */
  readonly kit: string;
}

/** A control plane of folders and processes: kubelet, systemd and API server are stand-ins, etcd is real. */
export class StubMachine {
  readonly name: string;
  readonly host: StubHost;
  readonly kubelet: StubKubelet;
  readonly systemd: StubSystemd;
  /** By its name, as machines know each other. */
  readonly clientUrl: string;
  readonly peerUrl: string;
  /** By its address, as a test reaches it. */
  readonly endpoint: string;
  readonly client: EtcdClient;
  readonly manifests: string;
  readonly units: string;
  /** On the machine itself. */
  readonly dataDir: string;
  private readonly layout: PlacedData;
  readonly pki: string;
  readonly operations: string;
  readonly logs: string;
  readonly auditLog: string;
  /** What persons have typed behind `restore.sh`. */
  readonly typed: (readonly string[])[] = [];

  constructor(readonly props: StubMachineProps) {
    const folder = (...path: string[]) => {
      const made = join(props.folder, ...path);
      mkdirSync(made, { recursive: true });
      return made;
    };
    this.name = props.name;
    this.manifests = folder('manifests');
    this.units = folder('units');
    this.logs = folder('logs');
    this.layout = layoutOf(props.layout ?? {}, props.folder, props.etcd === 'unit');
    this.dataDir = this.layout.hostDataDir;
    this.pki = join(props.folder, 'pki');
    this.operations = join(folder('state'), 'operations');
    this.auditLog = join(this.logs, 'audit.log');
    this.clientUrl = `https://${props.name}:${props.clientPort}`;
    this.peerUrl = `https://${props.name}:${props.peerPort}`;
    this.endpoint = `https://${props.address}:${props.clientPort}`;
    copyPki(this.pki);
    this.client = new EtcdClient(this.endpoint, readIdentity(join(this.pki, 'etcd')));
    const programs = folder('sbin');
    this.host = new StubHost(props.name, programs, props.hosts);
    this.kubelet = new StubKubelet({ host: this.host, manifests: this.manifests, images: props.images, logs: this.logs, lagMs: props.kubeletLagMs });
    this.systemd = new StubSystemd({ host: this.host, kubelet: this.kubelet, units: this.units, programs, logs: this.logs });
    this.install();
  }

  get hasEtcd(): boolean {
    return this.props.etcd !== 'none';
  }

  get hasApi(): boolean {
    return this.props.apiPort !== undefined;
  }

  get on(): boolean {
    return this.host.on;
  }

  async powerOn(): Promise<void> {
    this.answers(true);
    await this.host.powerOn();
    await this.systemd.boot();
  }

  async powerOff(): Promise<void> {
    this.client.close();
    await this.systemd.cutOff();
    await this.host.powerOff();
    this.answers(false);
  }

  /** Sets whether its address answers at all: a machine without power does not even refuse a connection. */
  private answers(yes: boolean): void {
    const { hosts, name, address } = this.props;
    // Gone when the test has ended.
    if (!existsSync(hosts)) return;
    const others = readFileSync(hosts, 'utf8').split('\n').filter((line) => line !== '' && !line.endsWith(` ${name}`));
    // In place: it is mounted as a file. The address is one that no socket connects to.
    writeFileSync(hosts, [...others, `${yes ? address : 'fe80::1'} ${name}`, ''].join('\n'));
  }

  /** What a restore of this id has left on this machine. */
  record(id: string): OperationRecord {
    return new OperationRecord(join(this.operations, id));
  }

  /** The ids of all operations that there are records of. */
  get operationIds(): string[] {
    return existsSync(this.operations) ? readdirSync(this.operations).filter((name) => !name.startsWith('.')).sort() : [];
  }

  /** The program as a person runs it. */
  restore(args: readonly string[], env: Record<string, string> = {}): StubProcess {
    this.typed.push(args);
    return this.host.start({ command: ['sh', join(this.props.kit, 'restore.sh'), ...args], env: { ...this.environment, ...env } });
  }

  /** Where the program finds what is elsewhere on a real machine. */
  get environment(): Record<string, string> {
    return { MANIFESTS: this.manifests, OPERATIONS: this.operations, UNITS: this.units };
  }

  /** Kills etcd; the kubelet or systemd starts it again. */
  async crashEtcd(): Promise<void> {
    if (this.props.etcd === 'unit') await this.systemd.crash('etcd.service');
    else await this.kubelet.processOf('etcd')?.signal('SIGKILL');
  }

  /** What runs, by the process ids: a restart shows. */
  get running(): Record<string, number> {
    const processes = { 'etcd': this.kubelet.processOf('etcd') ?? this.systemd.processOf('etcd.service'), 'kube-apiserver': this.kubelet.processOf('kube-apiserver') };
    return Object.fromEntries(Object.entries(processes).map(([name, process]) => [name, process?.pidOnHost ?? 0]));
  }

  /** What a restore would change: manifests, units, and what is in the data folder. */
  get state(): Record<string, string | string[]> {
    const texts = readdirSync(this.manifests).sort().map((file) => [file, readFileSync(join(this.manifests, file), 'utf8')]);
    return {
      ...Object.fromEntries(texts),
      units: readdirSync(this.units, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(this.units, name)).isFile()).sort()
        .map((name) => `${name}: ${readFileSync(join(this.units, name), 'utf8')}`),
      // What a follower had received before it went back is set aside like everything else.
      data: this.hasEtcd ? readdirSync(this.dataDir).filter((name) => !name.startsWith('abandoned-')).sort() : [],
    };
  }

  async apiReady(): Promise<boolean> {
    return (await this.host.run(['curl', '--silent', '--insecure', '--max-time', '3', `https://127.0.0.1:${this.props.apiPort}/readyz`])) === 'ok';
  }

  etcdArguments(): string[] {
    const { name, initialCluster } = this.props;
    return etcdArguments({ name, clientUrl: this.clientUrl, peerUrl: this.peerUrl, address: this.props.address, initialCluster, dataDir: this.layout.toldDataDir, pki: join(this.pki, 'etcd') });
  }

  private install(): void {
    const { props } = this;
    const settings = join(this.pki, 'etcd', 'etcd.settings');
    const mounts = [{ name: 'etcd-data', ...this.layout.mount }, { name: 'pki', mountPath: this.pki }, { name: 'logs', mountPath: this.logs }];
    const pod = (name: string, version: string, args: readonly string[]) =>
      writeFileSync(join(this.manifests, `${name}.yaml`), staticPod(name, `registry.k8s.io/${name}:${version}`, args, mounts), { mode: 0o600 });
    if (this.hasEtcd) this.layout.make();
    if (props.etcd === 'static-pod') {
      const { args, shape } = this.layout.told(this.etcdArguments(), settings);
      writeFileSync(join(this.manifests, 'etcd.yaml'), staticPod('etcd', `registry.k8s.io/etcd:${props.etcdVersion}-0`, args, mounts, shape), { mode: 0o600 });
    }
    if (props.etcd === 'unit') {
      this.installUnit(settings);
    }
    if (props.apiPort !== undefined) {
      const { address, apiPort: port, etcdServers } = props;
      pod('kube-apiserver', 'v1.34.4', apiServerArguments({ address, port, etcdServers, pki: this.pki, auditLog: this.auditLog }));
    }
    this.writeKubeconfig();
    if (props.scheduler) pod('kube-scheduler', 'v1.34.4', ['leader-elect=true', `kubeconfig=/etc/kubernetes/scheduler.conf.${props.name}`]);
  }

  private installUnit(settings: string): void {
    const { name, initialCluster, images, layout: { told } = {} } = this.props;
    const { args, shape } = this.layout.told(this.etcdArguments(), settings);
    const variables = Object.entries({ ETCD_NAME: name, ETCD_INITIAL_CLUSTER_STATE: 'new', ETCD_INITIAL_CLUSTER: initialCluster, ...shape.env }).map((pair) => pair.join('='));
    const command = `ExecStart=${images.etcd[0]} ${args.filter((argument) => !/^(name|initial-cluster)=/.test(argument)).map((argument) => `--${argument}`).join(' ')}`;
    if (told === 'environment-file') writeFileSync(settings, `# as packages have it\n${variables.join('\n')}\n`);
    if (told === 'drop-in') {
      mkdirSync(join(this.units, 'etcd.service.d'));
      writeFileSync(join(this.units, 'etcd.service.d', 'override.conf'), `[Service]\nExecStart=\n${command}\n`);
    }
    writeFileSync(join(this.units, 'etcd.service'), `[Unit]
Description=etcd
[Service]
Type=notify
${told === 'environment-file' ? `EnvironmentFile=${settings}` : `Environment=${variables.join(' ')}`}
${told === 'drop-in' ? command.replace(/--data-dir=\S+/, `--data-dir=${join(this.props.folder, 'left')}`) : command}
Restart=always
RestartSec=0.3
[Install]
WantedBy=multi-user.target
`);
    this.systemd.enable('etcd.service');
  }

  /** Beside the manifests, as kubeadm has it. */
  private writeKubeconfig(): void {
    const data = (file: string) => readFileSync(join(this.pki, file)).toString('base64');
    writeFileSync(join(this.props.folder, 'controller-manager.conf'), `apiVersion: v1
kind: Config
users:
- name: system:kube-controller-manager
  user:
    client-certificate-data: ${data('controller-manager.crt')}
    client-key-data: ${data('controller-manager.key')}
`, { mode: 0o600 });
  }

  /** What is beside the data, named after a restore. */
  namesOfData(id: string): string[] {
    return readdirSync(this.dataDir).filter((name) => name.includes(`-${id}`));
  }

  /** What the program should have removed at its end. */
  get leftovers(): string[] {
    return readdirSync(this.units, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('cdk8s-day2'));
  }

  /** What it kept aside of its data under the name of a restore, or undefined. */
  dataBefore(id: string): string[] | undefined {
    const aside = join(this.dataDir, `before-${id}`, 'member');
    return existsSync(aside) ? readdirSync(aside).sort() : undefined;
  }
}
