import { join } from 'path';
import { programFromGoModule, programFromGoSource } from '../toolchain/go-modules';
import { Tool } from '../toolchain/tool';

const localPath = 'github.com/rancher/local-path-provisioner';
const provisioner = 'github.com/kubernetes-csi/external-provisioner/v5';
const attacher = 'github.com/kubernetes-csi/external-attacher/v4';

/** What gives volumes to claims: the real provisioners and the real attacher, and a stand-in for the driver of AWS. */
export const storageTools = {
  localPathProvisioner: new Tool(programFromGoModule('local-path-provisioner', localPath, '0.0.30', localPath)),
  csiProvisioner: new Tool(programFromGoModule('csi-provisioner', provisioner, '5.3.0', `${provisioner}/cmd/csi-provisioner`)),
  csiAttacher: new Tool(programFromGoModule('csi-attacher', attacher, '4.13.0', `${attacher}/cmd/csi-attacher`)),
  ebsDriver: new Tool(programFromGoSource(join(__dirname, 'ebs-driver'))),
};
