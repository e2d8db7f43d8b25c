import { join } from 'path';
import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import { clusterName, EtcdBackups, manifestsOf, PLACEHOLDER } from './fleet';

/** Writes the manifests of `count` clusters into `outdir`. */
type Synthesis = (count: number, outdir: string) => void;

/** An App for each cluster, as docs/fleet.md has it. */
const appOf = (outdir: string, index: number) =>
  new App({ outdir: join(outdir, clusterName(index)), yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });

const oneAppEach: Synthesis = (count, outdir) => {
  for (let index = 0; index < count; index++) {
    const app = appOf(outdir, index);
    new EtcdBackups(app, 'etcd-backups', clusterName(index));
    app.synth();
  }
};

/** Hands the same objects to cdk8s, ready-made: what remains to be measured is cdk8s itself. */
function addPlainChart(app: App, id: string, manifests: string, name: string): void {
  const chart = new Chart(app, id);
  const objects: any[] = JSON.parse(manifests.replaceAll(PLACEHOLDER, name));
  objects.forEach((object, index) => new ApiObject(chart, `object-${index}`, object));
}

const plainOneAppEach: Synthesis = (count, outdir) => {
  const manifests = JSON.stringify(manifestsOf(PLACEHOLDER));
  for (let index = 0; index < count; index++) {
    const app = appOf(outdir, index);
    addPlainChart(app, 'etcd-backups', manifests, clusterName(index));
    app.synth();
  }
};

const plainOneApp: Synthesis = (count, outdir) => {
  const manifests = JSON.stringify(manifestsOf(PLACEHOLDER));
  const app = new App({ outdir });
  for (let index = 0; index < count; index++) addPlainChart(app, clusterName(index), manifests, clusterName(index));
  app.synth();
};

/** What runs in one process of Node.js, by its title in the table. */
export const inProcess: Record<string, Synthesis> = {
  'cdk8s-day2, one App for each cluster': oneAppEach,
  'plain cdk8s, one App for each cluster': plainOneAppEach,
  'plain cdk8s, one App for all': plainOneApp,
};
