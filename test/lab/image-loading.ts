import { createReadStream, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { EtcdImageContent } from './etcd-image';
import { writeImageArchive } from './image-archive';
import { imageNamed } from './image-catalogue';
import { NodeAccess } from './node-access';

/**
 * Puts images onto nodes by their names, as if they had been pulled.
 *
 * Throws when the lab can't make one of them.
 *
 * @param content what images of etcd hold, where it shall differ from the field.
 */
export async function loadImages(references: string[], nodes: NodeAccess[], content?: EtcdImageContent): Promise<void> {
  const specs = await Promise.all(references.map((reference) => imageNamed(reference, content)));
  const scratch = mkdtempSync(join(tmpdir(), 'cdk8s-day2-images-'));
  try {
    for (const spec of specs) {
      const archive = join(scratch, 'image.tar');
      await writeImageArchive(spec, archive);
      await Promise.all(nodes.map((node) => node.run(['ctr', '--namespace', 'k8s.io', 'images', 'import', '-'], { input: createReadStream(archive) })));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The images that a node has, by their names. */
export async function imagesOn(node: NodeAccess): Promise<string[]> {
  const listed = await node.run(['ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  return listed.split('\n').filter((line) => line !== '' && !line.startsWith('sha256:')).sort();
}
