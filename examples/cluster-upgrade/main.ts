import { App } from 'cdk8s';
import { UpgradeToNextMinor } from './upgrade-to-next-minor';

const app = new App();
new UpgradeToNextMinor(app, 'upgrade');
app.synth();
