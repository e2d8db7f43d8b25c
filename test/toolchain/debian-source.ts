import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { debianSuite } from './debian-suite';
import { runOrThrow } from './run';
import { Recipe } from './tool';

/**
 * busybox as the image on Docker Hub has it: upstream's default configuration, linked statically. Debian's own package leaves out applets
 * that our programs use (flock), so it is built from the upstream source that Debian keeps.
 */
export function busyboxFromDebianSource(version: string, suite: string): Recipe {
  return {
    name: 'busybox',
    version,
    programs: ['busybox'],
    how: "from Debian's sources, once, about 1 min",
    needs: {
      'apt-get': 'it is part of Debian, whose source package this is',
      'gcc': 'apt-get install gcc libc6-dev',
      'make': 'apt-get install make',
      'bzip2': 'apt-get install bzip2',
    },
    build: async (folder) => {
      const work = join(folder, 'work');
      mkdirSync(work);
      await download('busybox', suite, work);
      const archive = readdirSync(work).find((file) => file.startsWith(`busybox_${version}.orig.tar`));
      if (!archive) throw new Error(`Debian ${suite} has no source of busybox ${version} any more, but ${readdirSync(work).join(', ')}`);
      await runOrThrow('tar', ['-xf', archive], { cwd: work });
      const source = join(work, `busybox-${version}`);
      await runOrThrow('make', ['defconfig'], { cwd: source });
      const configuration = join(source, '.config');
      writeFileSync(configuration, readFileSync(configuration, 'utf8')
        .replace(/^# CONFIG_STATIC is not set$/m, 'CONFIG_STATIC=y')
        // Doesn't compile with the headers of newer kernels, and no program of ours uses it.
        .replace(/^CONFIG_TC=y$/m, '# CONFIG_TC is not set'));
      await runOrThrow('make', ['-j2', 'busybox'], { cwd: source });
      renameSync(join(source, 'busybox'), join(folder, 'busybox'));
      rmSync(work, { recursive: true });
    },
  };
}

async function download(name: string, suite: string, folder: string): Promise<void> {
  const options = await debianSuite('deb-src', suite, folder);
  await runOrThrow('apt-get', [...options, 'source', '--download-only', name], { cwd: folder });
}
