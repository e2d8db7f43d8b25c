import { createHash } from 'crypto';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { runOrThrow } from './run';
import { Recipe } from './tool';

const needs = { go: 'install Go from https://go.dev/dl' };

/** etcd, etcdctl and etcdutl of a version from 3.5 on. Older ones are no Go modules that could be asked for by version. */
export function etcdFromGoModules(version: string): Recipe {
  const modules = { etcd: 'go.etcd.io/etcd/server/v3', etcdctl: 'go.etcd.io/etcd/etcdctl/v3', etcdutl: 'go.etcd.io/etcd/etcdutl/v3' };
  return {
    name: 'etcd',
    version,
    programs: Object.keys(modules),
    how: 'from Go modules, once, about 1 min',
    needs,
    build: (folder) => inScratchModule(async (scratch) => {
      const requirements = Object.values(modules).map((module) => `require ${module} v${version}`);
      writeFileSync(join(scratch, 'go.mod'), [await header(modules.etcd, version), ...requirements].join('\n'));
      for (const [program, module] of Object.entries(modules)) await build(scratch, module, join(folder, program));
    }),
  };
}

/** A component of Kubernetes, such as kube-apiserver. */
export function kubernetesFromGoModules(component: string, version: string): Recipe {
  const module = 'k8s.io/kubernetes';
  return {
    name: component,
    version,
    programs: [component],
    how: 'from Go modules, once, about 5 min',
    needs,
    build: (folder) => inScratchModule(async (scratch) => {
      const [, minor] = version.split('.');
      // Kubernetes names its staging modules as v0.0.0 and replaces them by folders of its repository; published, they are v0.MINOR.PATCH.
      const staging = [...(await goModOf(module, version)).matchAll(/^\s*(\S+) => \.\/staging\//gm)].map(([, name]) => name);
      const replacements = staging.map((name) => `replace ${name} => ${name} v${version.replace(/^1\./, '0.')}`);
      writeFileSync(join(scratch, 'go.mod'), [await header(module, version), `require ${module} v${version}`, ...replacements].join('\n'));
      const stamp = 'k8s.io/component-base/version';
      await build(scratch, `${module}/cmd/${component}`, join(folder, component), [
        `-X ${stamp}.gitVersion=v${version}`, `-X ${stamp}.gitMajor=1`, `-X ${stamp}.gitMinor=${minor}`, `-X ${stamp}.gitTreeState=clean`,
        `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`,
      ]);
    }),
  };
}

/** A program of any module, with the versions of others that its own authors build it with. */
export function programFromGoModule(name: string, module: string, version: string, packagePath: string): Recipe {
  return {
    name,
    version,
    programs: [name],
    how: 'from Go modules, once, about 2 min',
    needs,
    build: (folder) => inScratchModule(async (scratch) => {
      const replacements = replacementsIn(await goModOf(module, version));
      writeFileSync(join(scratch, 'go.mod'), [await header(module, version), `require ${module} v${version}`, ...replacements].join('\n'));
      // The checksums that its authors vouch for: some modules are in no checksum database any more.
      copyFileSync(join(await moduleFolder(module, version), 'go.sum'), join(scratch, 'go.sum'));
      chmodSync(join(scratch, 'go.sum'), 0o644);
      await build(scratch, packagePath, join(folder, name));
    }),
  };
}

/** Files of a module, such as the custom resources of an operator, by the names that they get. */
export function filesFromGoModule(name: string, module: string, version: string, files: Record<string, string>): Recipe {
  return {
    name,
    version,
    programs: Object.keys(files),
    how: 'from a Go module, once, some seconds',
    needs,
    build: async (folder) => {
      const source = await moduleFolder(module, version);
      for (const [file, path] of Object.entries(files)) copyFileSync(join(source, path), join(folder, file));
    },
  };
}

/** A program whose source is here, named after its folder. Its version is a digest of its source, so that a change is built anew. */
export function programFromGoSource(source: string): Recipe {
  const name = basename(source);
  const digest = createHash('sha256');
  for (const file of readdirSync(source).sort()) digest.update(file).update(readFileSync(join(source, file)));
  return {
    name,
    version: digest.digest('hex').slice(0, 8),
    programs: [name],
    how: 'from its Go source here, once, some seconds',
    needs,
    build: async (folder) => {
      await runOrThrow('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, name), '.'], { cwd: source, env: { CGO_ENABLED: '0' } });
    },
  };
}

/** Where a module's files are, the manifests and documents of its authors among them. Nobody may change them there. */
export async function moduleFolder(module: string, version: string): Promise<string> {
  return (await download(module, version)).Dir;
}

/** A module's replacements hold only while it is the main module, so a build from outside has to repeat them. Folders can't be repeated. */
function replacementsIn(goMod: string): string[] {
  const blocks = [...goMod.matchAll(/^replace \(\n(.*?)^\)/gms)].flatMap(([, block]) => block.split('\n'));
  const lines = [...goMod.matchAll(/^replace ([^(].*)$/gm)].map(([, line]) => line);
  return [...blocks, ...lines].map((line) => line.trim()).filter((line) => / => [^.]/.test(line)).map((line) => `replace ${line}`);
}

async function inScratchModule(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-go-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function goModOf(module: string, version: string): Promise<string> {
  return readFileSync((await download(module, version)).GoMod, 'utf8');
}

async function download(module: string, version: string): Promise<{ GoMod: string; Dir: string }> {
  return JSON.parse(await runOrThrow('go', ['mod', 'download', '-json', `${module}@v${version}`], { cwd: tmpdir() }));
}

/** The module's own language version: with a lower one Go would ask for an update, with a higher one semantics could change. */
async function header(module: string, version: string): Promise<string> {
  const [language] = /^go .+$/m.exec(await goModOf(module, version)) ?? ['go 1.24'];
  return `module example.invalid/scratch\n${language}`;
}

/** `-mod=mod` lets Go add what this one package needs, where `go mod tidy` would fetch what all tests of all dependencies need. */
function build(scratch: string, packagePath: string, target: string, linkerFlags: string[] = []): Promise<string> {
  const flags = ['-s', '-w', ...linkerFlags].join(' ');
  return runOrThrow('go', ['build', '-mod=mod', '-trimpath', '-ldflags', flags, '-o', target, packagePath], { cwd: scratch, env: { CGO_ENABLED: '0' } });
}
