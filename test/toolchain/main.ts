import { statSync } from 'fs';
import { dirname, join, relative } from 'path';
import { toolchain } from './toolchain';

/** Builds every tool that isn't cached, and prints what there is. */
async function main(): Promise<void> {
  const rows = [['tool', 'version', 'built in', 'size', 'folder']];
  let cache = '';
  for (const tool of Object.values(toolchain)) {
    const started = Date.now();
    const wasCached = tool.cached;
    cache = dirname(tool.cache);
    try {
      await tool.ensure();
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`toolchain: ${(error as Error).message}\n`);
      rows.push([tool.recipe.name, tool.recipe.version, 'failed', '', '']);
      continue;
    }
    const bytes = tool.recipe.programs.reduce((sum, program) => sum + statSync(join(tool.folder, program)).size, 0);
    const time = wasCached ? 'cached' : `${Math.round((Date.now() - started) / 1000)} s`;
    rows.push([tool.recipe.name, tool.recipe.version, time, `${Math.round(bytes / 1e6)} MB`, relative(cache, tool.folder)]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
  console.log(`\nin ${cache}`);
}

void main();
