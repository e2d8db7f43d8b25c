import { App } from 'cdk8s';
import { EtcdBackups } from './etcd-backups';

const app = new App();
new EtcdBackups(app, 'etcd-backups');
app.synth();
