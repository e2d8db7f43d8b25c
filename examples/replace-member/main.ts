import { App } from 'cdk8s';
import { EtcdMemberReplacement } from './etcd-member-replacement';

const app = new App();
new EtcdMemberReplacement(app, 'etcd-member-replacement');
app.synth();
