import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/** The first block of a language in a page of docs/. */
export function blockOf(page: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(readFileSync(join(__dirname, '..', 'docs', page), 'utf8'))![1];
}

/** What a page's program writes, run as it stands there: the objects of each file, by its path in the output folder. */
export function outputOf(page: string): Map<string, any[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-page-'));
  const before = process.env.CDK8S_OUTDIR;
  process.env.CDK8S_OUTDIR = folder;
  try {
    const { outputText } = ts.transpileModule(blockOf(page, 'ts'), { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
    new Function('require', 'exports', outputText)(require, {});
    const objectsOf = (file: string) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS());
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).sort();
    return new Map(files.map((file) => [file, objectsOf(file)]));
  } finally {
    if (before === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = before;
    rmSync(folder, { recursive: true, force: true });
  }
}
