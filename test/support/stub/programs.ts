import { execFileSync } from 'child_process';
import { createHash } from 'crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { StubImages } from './kubelet';
import { Tool } from '../../toolchain/tool';

/** The programs that static pods name, in a folder: real etcd, and what stands in for the rest. Each is a process of its own name. */
export function stubImages(folder: string, etcd: Tool): StubImages {
  mkdirSync(folder, { recursive: true });
  const named = (name: string, program: string) => {
    symlinkSync(program, join(folder, name));
    return join(folder, name);
  };
  const idle = join(folder, 'idle.js');
  writeFileSync(idle, 'setInterval(() => undefined, 1e6);\n');
  // Two that start what they are told. They become that program, so that a signal reaches it.
  writeFileSync(join(folder, 'tini'), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
  writeFileSync(join(folder, 'start-etcd'), '#!/bin/sh\nexec etcd "$@"\n', { mode: 0o755 });
  return {
    'etcd': [named('etcd', etcd.path('etcd'))],
    'kube-apiserver': [named('kube-apiserver', process.execPath), compiled(join(__dirname, 'api-server.ts'))],
    'kube-scheduler': [named('kube-scheduler', process.execPath), idle],
  };
}

/** A TypeScript file as JavaScript, kept for the next time: a process that had to compile first would be late. */
function compiled(file: string): string {
  const text = readFileSync(file, 'utf8');
  const target = join(tmpdir(), `cdk8s-day2-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.js`);
  if (!existsSync(target)) {
    const compile = 'process.stdout.write(require("typescript").transpile(require("fs").readFileSync(process.argv[1], "utf8"), { target: "es2022", module: "commonjs" }))';
    const draft = `${target}.${process.pid}`;
    writeFileSync(draft, execFileSync(process.execPath, ['-e', compile, file], { encoding: 'utf8', cwd: __dirname }));
    renameSync(draft, target);
  }
  return target;
}

/** etcd's tools and busybox as a break-glass kit has them. Without busybox, the host's own shell and commands are used. */
export function putTools(folder: string, etcd: Tool, busybox?: Tool): void {
  mkdirSync(folder, { recursive: true });
  const script = (name: string, text: string) => writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  // Not copies: each operation copies them once more.
  for (const name of ['etcd', 'etcdctl', 'etcdutl'].filter((program) => etcd.recipe.programs.includes(program))) script(name, `exec '${etcd.path(name)}' "$@"`);
  if (busybox) copyFileSync(busybox.path('busybox'), join(folder, 'busybox'));
  else script('busybox', ':');
}
