import { createReadStream, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Stage } from '../../e2e/stage';
import { writeImageArchive } from '../../lab/image-archive';
import { Tool } from '../../toolchain/tool';

/** Puts an image that holds one program, on its PATH, onto every node that runs pods. */
export async function loadProgramImage({ cluster }: Stage, reference: string, tool: Tool): Promise<void> {
  await tool.ensure();
  const scratch = mkdtempSync(join(tmpdir(), 'cdk8s-day2-image-'));
  try {
    const archive = join(scratch, 'image.tar');
    const [program] = tool.recipe.programs;
    await writeImageArchive({ references: [reference], entrypoint: [`/usr/local/bin/${program}`], files: { [`/usr/local/bin/${program}`]: tool.path(program) } }, archive);
    for (const node of [...cluster.controlPlanes, ...cluster.workers]) {
      await node.run(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], { input: createReadStream(archive) });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
