import * as path from 'path';
import { App, YamlOutputType } from 'cdk8s';
import { clusters } from './clusters';
import { EtcdBackups } from './etcd-backups';

// `cdk8s synth` names the output folder. Each cluster gets its own folder in it, for its own Argo CD application or Flux kustomization.
const outdir = process.env.CDK8S_OUTDIR ?? 'dist';

for (const cluster of clusters) {
  // A file for each object: git keeps a file that is the same for all clusters, such as the program's, only once.
  const app = new App({ outdir: path.join(outdir, cluster.name), yamlOutputType: YamlOutputType.FILE_PER_RESOURCE });
  new EtcdBackups(app, 'etcd-backups', cluster);
  app.synth();
}
