import { App } from 'cdk8s';
import { EtcdRestore } from './etcd-restore';

const app = new App();
new EtcdRestore(app, 'etcd-restore');
app.synth();
