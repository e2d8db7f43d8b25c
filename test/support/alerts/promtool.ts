import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { stringify } from 'yaml';
import { Series } from './cron-job-life';
import { run } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';

/** What fires at a moment: each alert as `severity alertname cronjob`. */
export interface Expected {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly firing: string[];
}

/** Runs rules over series, by Prometheus' own engine. Returns what it says if something else fires; nothing if all is as expected. */
export async function unexpectedAlerts(groups: object[], series: Series[], step: number, expected: readonly Expected[]): Promise<string> {
  return promtool({ groups }, ['test', 'rules', 'test.yaml'], {
    rule_files: ['rules.yaml'],
    evaluation_interval: `${step}s`,
    tests: [{
      interval: `${step}s`,
      input_series: series,
      promql_expr_test: expected.map(({ at, firing }) => ({
        expr: 'max by (severity, alertname, cronjob) (ALERTS{alertstate="firing"})',
        eval_time: `${at}s`,
        exp_samples: firing.map((alert) => {
          const [severity, alertname, cronjob] = alert.split(' ');
          return { labels: `{severity="${severity}",alertname="${alertname}"${cronjob ? `,cronjob="${cronjob}"` : ''}}`, value: 1 };
        }),
      })),
    }],
  });
}

/** Whether Prometheus takes the rules, their texts included. Returns what it says if not. */
export function refusalOf(groups: object[]): Promise<string> {
  return promtool({ groups }, ['check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml']);
}

async function promtool(rules: object, args: string[], test: object = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-promtool-'));
  try {
    writeFileSync(join(folder, 'rules.yaml'), stringify(rules));
    writeFileSync(join(folder, 'test.yaml'), stringify(test));
    const { exitCode, stdout, stderr } = await run(toolchain.prometheus.path('promtool'), args, { cwd: folder });
    return exitCode === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
