import { existsSync, mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { runOrThrow } from './run';

/**
 * The options by which apt-get knows one suite of Debian and nothing else, not even what is installed: it would look for the source of the very
 * version that this system has. By lists of its own in a folder, so that the system's stay as they are, and from wherever it has its packages.
 */
export async function debianSuite(kind: 'deb' | 'deb-src', suite: string, folder: string): Promise<string[]> {
  const apt = join(folder, 'apt');
  for (const path of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, path), { recursive: true });
  // A new machine has no lists yet.
  const repositories = async () => (await runOrThrow('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])).split('\n');
  const isDebian = (uri: string) => /\/debian\/?$/.test(uri);
  if (!(await repositories()).some(isDebian)) await runOrThrow('apt-get', ['update']);
  const repository = (await repositories()).find(isDebian);
  if (!repository) throw new Error('apt-get knows no repository of Debian: use Debian 12 or 13');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(join(apt, 'sources.list'), `${kind} ${existsSync(keyring) ? `[signed-by=${keyring}] ` : ''}${repository} ${suite} main\n`);
  writeFileSync(join(apt, 'status'), '');
  const options = [
    ['Dir::Etc::sourcelist', join(apt, 'sources.list')], ['Dir::Etc::sourceparts', '-'],
    ['Dir::State::lists', join(apt, 'lists')], ['Dir::Cache', join(apt, 'cache')], ['Dir::State::status', join(apt, 'status')], ['APT::Sandbox::User', 'root'],
  ].flatMap(([option, value]) => ['-o', `${option}=${value}`]);
  await runOrThrow('apt-get', [...options, 'update']);
  return options;
}
