import { acts, groupsOf } from './acts';
import { noteLastPassed } from './last-passed';
import { summary } from './report';
import { Runner, titleOf } from './runner';
import { Act } from './scenario';
import { Cluster } from '../lab/cluster';
import { defaultKubernetes } from '../lab/versions';

const help = `npm run e2e                     every scenario, on clusters of the lab that come and go
npm run e2e -- list             what there is
npm run e2e -- 2 6              the scenarios of these groups
npm run e2e -- full disk        those whose title holds all of these words
npm run e2e -- 6 ha             both
npm run e2e -- --on NAME 2      on a cluster of the lab that runs already, and stays as it is
WRITE_DOCS=1 npm run e2e -- 9   writes docs/what-you-see.md anew
`;

/** The scenarios of the wanted groups whose titles hold all the wanted words; every scenario when nothing is wanted. */
function chosen(wanted: string[]): Act[] {
  const groups = wanted.filter((word) => /^\d+$/.test(word)).map(Number);
  const words = wanted.filter((word) => !/^\d+$/.test(word)).map((word) => word.toLowerCase());
  const matches = (title: string, group: number) => (groups.length === 0 || groups.includes(group))
    && words.every((word) => title.toLowerCase().includes(word));
  return acts
    .map((act) => ({ ...act, scenarios: act.scenarios.filter((scenario) => matches(titleOf(act, scenario), scenario.group)) }))
    .filter(({ scenarios }) => scenarios.length > 0);
}

async function main(args: string[]): Promise<void> {
  if (args.includes('help') || args.includes('--help')) return void process.stdout.write(help);
  const on = args.includes('--on') ? Cluster.named(args.splice(args.indexOf('--on'), 2)[1]) : undefined;
  const selection = chosen(args.filter((arg) => arg !== 'list')).filter(({ topology }) => !on || topology.name === on.plan.topology);
  if (selection.length === 0) throw new Error(`no scenario matches ${args.join(' ')}: \`npm run e2e -- list\` shows what there is`);
  if (args.includes('list')) {
    for (const act of selection) for (const scenario of act.scenarios) console.log(titleOf(act, scenario));
    return;
  }

  const started = Date.now();
  const say = (text: string) => process.stderr.write(`e2e ${Math.round((Date.now() - started) / 1000)} s: ${text}\n`);
  const runner = new Runner(say);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say(`${signal}: taking the cluster down`);
      void runner.tearDown().finally(() => process.exit(130));
    });
  }
  await runner.play(selection, on);
  console.log(summary(runner.results));
  // The page's clusters are those of the acts; one that runs already may have another Kubernetes.
  console.log(on && on.plan.kubernetes !== defaultKubernetes
    ? `docs/last-passed.md stays as it is, as ${on.name} has Kubernetes ${on.plan.kubernetes}`
    : noteLastPassed(groupsOf(acts), runner.results));
  if (runner.results.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`e2e: ${error.message}\n`);
  process.exitCode = 1;
});
