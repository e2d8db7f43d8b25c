import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { Question } from './retention-model';

const PROGRAM = path.join(__dirname, '..', '..', 'programs', 'backup', 'retention.awk');
const END = 'end-of-listing';

/** The awks that a cluster's image, Debian and a workstation have. */
const AWKS = ['busybox awk', 'mawk', 'gawk'];

export const awksFound = AWKS.filter((awk) => spawnSync('sh', ['-c', `${awk} 'BEGIN { exit 0 }'`]).status === 0);
export const awksAbsent = AWKS.filter((awk) => !awksFound.includes(awk));

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks one question; the program sees exactly this environment. */
export function ask(awk: string, { environment, listing }: Question): Answer {
  const run = spawnSync('sh', ['-c', `exec ${awk} -f "$0"`, PROGRAM], {
    env: { PATH: process.env.PATH, ...environment },
    input: listing.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Asks many questions, an awk process each, started by one shell: that is several times quicker than from here. */
export async function askAll(awk: string, questions: readonly Question[]): Promise<string[][]> {
  const script = questions.map(({ environment, listing }) => {
    const assignments = Object.entries(environment).map(([name, value]) => `${name}='${value}'`).join(' ');
    return [`${assignments} ${awk} -f "$1" <<'${END}' || echo "exit $?"`, ...listing, END, `echo ${END}`, ''].join('\n');
  });
  const output = await runShell(script.join(''));
  return output.split(`${END}\n`).slice(0, -1).map((answer) => answer.split('\n').slice(0, -1));
}

function runShell(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const shell = spawn('sh', ['-s', PROGRAM], { env: { PATH: process.env.PATH }, stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    shell.on('error', reject).on('close', () => resolve(output));
    shell.stdin.end(script);
  });
}
