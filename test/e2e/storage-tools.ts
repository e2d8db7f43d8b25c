import { createHash } from 'crypto';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { programFromGoModule } from '../toolchain/go-modules';
import { runOrThrow } from '../toolchain/run';
import { Recipe, Tool } from '../toolchain/tool';

const localPath = 'github.com/rancher/local-path-provisioner';
const provisioner = 'github.com/kubernetes-csi/external-provisioner/v5';
const attacher = 'github.com/kubernetes-csi/external-attacher/v4';

/** What gives volumes to claims: the real provisioners and the real attacher, and a stand-in for the driver of AWS. */
export const storageTools = {
  localPathProvisioner: new Tool(programFromGoModule('local-path-provisioner', localPath, '0.0.30', localPath)),
  csiProvisioner: new Tool(programFromGoModule('csi-provisioner', provisioner, '5.3.0', `${provisioner}/cmd/csi-provisioner`)),
  csiAttacher: new Tool(programFromGoModule('csi-attacher', attacher, '4.13.0', `${attacher}/cmd/csi-attacher`)),
  ebsDriver: new Tool(ebsDriver(join(__dirname, 'ebs-driver'))),
};

/** Its version is a digest of its source, so that a change is built anew. */
function ebsDriver(source: string): Recipe {
  const digest = createHash('sha256');
  for (const file of readdirSync(source).sort()) digest.update(file).update(readFileSync(join(source, file)));
  return {
    name: 'ebs-driver',
    version: digest.digest('hex').slice(0, 8),
    programs: ['ebs-driver'],
    how: 'from its Go source here, once, some seconds',
    needs: { go: 'install Go from https://go.dev/dl' },
    build: async (folder) => {
      await runOrThrow('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'ebs-driver'), '.'], { cwd: source, env: { CGO_ENABLED: '0' } });
    },
  };
}
