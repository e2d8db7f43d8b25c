import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { Tool } from './tool';

/**
 * The tools that a selection of test files runs, found by reading them: a file with `describeWithTools` needs each tool
 * that it names as `toolchain.NAME`, or all of them when it names none (because a harness does so for it).
 */
export function neededTools(files: string[], toolchain: Record<string, Tool>): Tool[] {
  const needed = new Set<Tool>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('describeWithTools(')) continue;
    const named = [...text.matchAll(/\btoolchain\.(\w+)/g)].map(([, name]) => toolchain[name]).filter((tool) => tool !== undefined);
    for (const tool of named.length > 0 ? named : Object.values(toolchain)) needed.add(tool);
  }
  return [...needed];
}

/** Test files below a folder whose path matches one of jest's patterns; every one when there is no pattern. */
export function selectedTestFiles(folder: string, patterns: string[]): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).map((file) => join(folder, file));
  return files.filter((file) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, 'i').test(file)));
}
