import { createHash } from 'crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { SigningKey } from './signing-key';
import { runOrThrow } from '../../toolchain/run';

/** What the Release files of pkgs.k8s.io say of themselves. */
const OF_KUBERNETES = { Origin: 'obs://build.opensuse.org/isv:kubernetes:core:stable/deb', Label: 'isv:kubernetes:core:stable' };

/** Makes a folder of packages a flat signed repository, as pkgs.k8s.io has one for each minor. */
export async function writeAptRepository(folder: string, key: SigningKey, says: Record<string, string> = OF_KUBERNETES): Promise<void> {
  const stanzas: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.deb')).sort()) {
    const file = join(folder, name);
    const control = await runOrThrow('dpkg-deb', ['--field', file]);
    stanzas.push(`${control.trimEnd()}\nFilename: ${name}\nSize: ${statSync(file).size}\nSHA256: ${sha256(readFileSync(file))}\n`);
  }
  const packages = stanzas.join('\n');
  const release = [
    ...Object.entries(says).map(([field, value]) => `${field}: ${value}`),
    'Architectures: amd64',
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    'SHA256:',
    ` ${sha256(Buffer.from(packages))} ${Buffer.byteLength(packages)} Packages`,
    '',
  ].join('\n');
  writeFileSync(join(folder, 'Packages'), packages);
  writeFileSync(join(folder, 'Release'), release);
  writeFileSync(join(folder, 'InRelease'), await key.sign(release));
  writeFileSync(join(folder, 'Release.key'), await key.public);
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
