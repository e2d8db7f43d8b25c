import { App } from 'cdk8s';
import { WatchedBackups } from './watched-backups';

const app = new App();
new WatchedBackups(app, 'etcd-backups');
app.synth();
