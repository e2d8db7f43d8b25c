import { mkdirSync, readdirSync, renameSync, rmSync } from 'fs';
import { join } from 'path';
import { run, runOrThrow } from './run';
import { Recipe } from './tool';

export interface DebianRecipe {
  readonly name: string;
  readonly version: string;
  readonly packages: string[];
  /** Where each program lies inside the packages. */
  readonly programs: Record<string, string>;
  /** Arguments that make the main program print its version: another Debian may carry another one. */
  readonly versionArguments: string[];
}

/** Programs taken out of Debian's packages without installing them. */
export function fromDebianPackages(recipe: DebianRecipe): Recipe {
  return {
    name: recipe.name,
    version: recipe.version,
    programs: Object.keys(recipe.programs),
    how: "from Debian's packages, once, some seconds",
    needs: { 'apt-get': 'it is part of Debian 12, whose packages these are', 'dpkg-deb': 'it is part of Debian' },
    build: async (folder) => {
      const unpacked = join(folder, 'unpacked');
      mkdirSync(unpacked);
      await download(recipe.packages, unpacked);
      const archives = readdirSync(unpacked).filter((file) => file.endsWith('.deb'));
      for (const archive of archives) await runOrThrow('dpkg-deb', ['-x', archive, '.'], { cwd: unpacked });
      for (const [program, file] of Object.entries(recipe.programs)) renameSync(join(unpacked, file), join(folder, program));
      rmSync(unpacked, { recursive: true });

      const { stdout, stderr } = await run(join(folder, recipe.name), recipe.versionArguments);
      const [reported] = `${stdout}${stderr}`.split('\n');
      if (!reported.includes(recipe.version)) {
        throw new Error(`the packages ${recipe.packages.join(', ')} of this system hold "${reported}" instead of ${recipe.version}: use Debian 12`);
      }
    },
  };
}

async function download(packages: string[], folder: string): Promise<void> {
  const attempt = () => run('apt-get', ['download', ...packages], { cwd: folder });
  if ((await attempt()).exitCode === 0) return;
  // The usual reason is a machine whose package lists were never fetched.
  const update = await run('apt-get', ['update']);
  const { exitCode, stderr } = await attempt();
  if (exitCode !== 0) {
    throw new Error(`apt-get download ${packages.join(' ')} failed, after apt-get update (exit code ${update.exitCode}), too:\n${stderr}${update.stderr}`);
  }
}
