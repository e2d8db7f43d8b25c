import { chmodSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { runOrThrow } from '../../toolchain/run';

/** What is in a package of Debian, as far as Kubernetes' packages have it. */
export interface DebianPackage {
  readonly name: string;
  /** With its revision, such as `1.35.4-1.1`. */
  readonly version: string;
  /** Programs by their path in the package, as files of this machine. */
  readonly programs?: Record<string, string>;
  /** Other files by their path, with their content. */
  readonly files?: Record<string, string>;
  /** Which of the files are settings, that dpkg asks about when a person has changed them. */
  readonly settings?: readonly string[];
  readonly depends?: readonly string[];
  /** Scripts of the package, such as `postinst`. */
  readonly scripts?: Record<string, string>;
}

/** Builds a package into a folder, and returns its file. */
export async function buildDebianPackage(pack: DebianPackage, folder: string): Promise<string> {
  const { name, version, programs = {}, files = {}, settings = [], depends = [], scripts = {} } = pack;
  const root = mkdtempSync(join(tmpdir(), 'cdk8s-day2-deb-'));
  try {
    chmodSync(root, 0o755);
    const put = (path: string, write: (file: string) => void) => {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      write(file);
    };
    for (const [path, source] of Object.entries(programs)) put(path, (file) => linkOrCopyProgram(source, file));
    for (const [path, text] of Object.entries(files)) put(path, (file) => writeFileSync(file, text, { mode: path.includes('bin/') ? 0o755 : 0o644 }));
    put('DEBIAN/control', (file) => writeFileSync(file, [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: amd64',
      'Section: admin',
      'Priority: optional',
      'Maintainer: nobody <nobody@example.com>',
      ...depends.length > 0 ? [`Depends: ${depends.join(', ')}`] : [],
      `Description: ${name} for tests`,
      '',
    ].join('\n')));
    if (settings.length > 0) put('DEBIAN/conffiles', (file) => writeFileSync(file, `${settings.join('\n')}\n`));
    for (const [script, text] of Object.entries(scripts)) put(`DEBIAN/${script}`, (file) => writeFileSync(file, text, { mode: 0o755 }));
    mkdirSync(folder, { recursive: true });
    const target = join(folder, `${name}_${version}_amd64.deb`);
    // Without compression: what is packed here is unpacked a minute later.
    await runOrThrow('dpkg-deb', ['--build', '--root-owner-group', '-Znone', root, target]);
    return target;
  } finally {
    rmSync(root, { recursive: true });
  }
}

function linkOrCopyProgram(source: string, file: string): void {
  try {
    linkSync(source, file);
  } catch {
    copyFileSync(source, file);
    chmodSync(file, 0o755);
  }
}
