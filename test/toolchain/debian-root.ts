import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { debianSuite } from './debian-suite';
import { runOrThrow } from './run';
import { Recipe } from './tool';

/**
 * The root of a machine with dnf and rpm, and what builds packages and repositories for them, in the folder `root`.
 *
 * Debian's packages and all that they need are only unpacked: that takes seconds, and debootstrap, which installs them, minutes.
 */
export function dnfFromDebian(version: string, suite: string): Recipe {
  return {
    name: 'dnf-root',
    version,
    programs: ['root'],
    how: "from Debian's packages, once, about 30 s",
    needs: { 'apt-get': 'it is part of Debian, whose packages these are', 'dpkg-deb': 'it is part of Debian', 'tar': 'it is part of Debian' },
    build: async (folder) => {
      const root = join(folder, 'root');
      const work = join(folder, 'work');
      mkdirSync(work);
      const files = await download(suite, work);
      if (!files.some((file) => file.includes(`/dnf_${version}-`))) {
        throw new Error(`Debian ${suite} has no dnf ${version} any more, but ${files.filter((file) => file.includes('/dnf_')).join(', ')}`);
      }
      // Merged, as Debian is: packages may bring files in either.
      for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
        mkdirSync(join(root, 'usr', name), { recursive: true });
        symlinkSync(`usr/${name}`, join(root, name));
      }
      for (const file of files) {
        await runOrThrow('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --directory "$2"', 'sh', file, root]);
      }
      const folders = ['proc', 'dev', 'run', 'tmp', 'root', 'etc/yum.repos.d', 'var/lib/rpm', 'var/lib/dnf', 'var/cache', 'var/log', 'var/tmp'];
      for (const path of folders) mkdirSync(join(root, path), { recursive: true });
      symlinkSync('gawk', join(root, 'usr/bin/awk'));
      // What only Debian's dnf has: a repository of its own, which is not there.
      writeFileSync(join(root, 'etc/dnf/plugins/local.conf'), '[main]\nenabled = false\n');
      rmSync(work, { recursive: true });
    },
  };
}

/** Downloads the packages and all that they need. */
async function download(suite: string, folder: string): Promise<string[]> {
  const packages = [
    'dnf', 'dnf-plugins-core', 'rpm', 'createrepo-c', 'gpg', 'gpg-agent', 'curl', 'libc-bin', 'dash', 'bash', 'coreutils', 'sed', 'grep', 'gawk',
    'findutils', 'tar', 'gzip', 'diffutils', 'file', 'procps', 'util-linux',
  ];
  const archives = join(folder, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const own = [`Dir::Cache::archives=${archives}`, 'Debug::NoLocking=1', 'APT::Install-Recommends=0'];
  await runOrThrow('apt-get', [
    ...await debianSuite('deb', suite, folder), ...own.flatMap((option) => ['-o', option]), 'install', '--yes', '--download-only', ...packages,
  ]);
  return readdirSync(archives).filter((file) => file.endsWith('.deb')).map((file) => join(archives, file));
}
