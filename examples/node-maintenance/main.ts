import { App } from 'cdk8s';
import { WeeklyPatches } from './weekly-patches';

const app = new App();
new WeeklyPatches(app, 'patches');
app.synth();
