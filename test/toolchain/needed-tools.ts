import { existsSync, readdirSync, readFileSync } from 'fs';
import { dirname, join, resolve } from 'path';
import { Tool } from './tool';

/**
 * The tools that a selection of test files runs, found by reading them: a file with `describeWithTools` needs each tool
 * that it, or a file which it imports, names as `toolchain.NAME`.
 */
export function neededTools(files: string[], toolchain: Record<string, Tool>): Tool[] {
  const needed = new Set<Tool>();
  for (const file of files) {
    const texts = textsOf(file);
    if (!texts[0].includes('describeWithTools(')) continue;
    for (const [, name] of texts.join('\n').matchAll(/\btoolchain\.(\w+)/g)) {
      if (toolchain[name]) needed.add(toolchain[name]);
    }
  }
  return [...needed];
}

/** A file's text, followed by those of the files that it imports by relative paths. */
function textsOf(file: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/from '(\.[^']*)'/g)].map(([, path]) => `${resolve(dirname(file), path)}.ts`);
  return [text, ...imports.flatMap((imported) => textsOf(imported, seen))];
}

/** Test files below a folder whose path matches one of jest's patterns; every one when there is no pattern. */
export function selectedTestFiles(folder: string, patterns: string[]): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).map((file) => join(folder, file));
  return files.filter((file) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, 'i').test(file)));
}
