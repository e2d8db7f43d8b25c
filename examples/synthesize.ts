import { spawnSync } from 'child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';

/** What is read of an example's cdk8s.yaml. */
interface Cdk8sConfig {
  readonly app: string;
  readonly output: string;
}

/** The names of all examples: each folder with a cdk8s.yaml is one. */
export function listExamples(): string[] {
  return readdirSync(__dirname).filter((name) => existsSync(join(__dirname, name, 'cdk8s.yaml'))).sort();
}

/** Where an example writes when its user runs `cdk8s synth`. */
export function outputFolder(example: string): string {
  return join(__dirname, example, configOf(example).output);
}

/**
 * Runs an example's own `app` command as cdk8s-cli does, into an empty folder.
 *
 * Throws when the command fails or writes no manifest.
 *
 * @param env Added to the environment of the command.
 * @returns the files written, relative to the folder, in a stable order.
 */
export function synthesize(example: string, outdir: string, env: { readonly [name: string]: string } = {}): string[] {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const { app } = configOf(example);
  const { CDK8S_RECORD_CONSTRUCT_METADATA: _, ...inherited } = process.env;
  const { status, signal, stdout, stderr } = spawnSync(app, {
    shell: true, cwd: join(__dirname, example), env: { ...inherited, ...env, CDK8S_OUTDIR: outdir }, encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`example ${example}: ${app} ended with ${signal ?? `exit code ${status}`}:\n${stdout}${stderr}`);
  }
  const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).sort();
  if (files.length === 0) {
    throw new Error(`example ${example}: ${app} succeeded but wrote no manifest into ${outdir}`);
  }
  return files;
}

function configOf(example: string): Cdk8sConfig {
  return parse(readFileSync(join(__dirname, example, 'cdk8s.yaml'), 'utf8'));
}
