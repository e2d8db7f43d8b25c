import { etcdFromGoModules, kubernetesFromGoModules } from '../toolchain/go-modules';
import { Tool } from '../toolchain/tool';
import { toolchain } from '../toolchain/toolchain';

export const controlPlaneComponents = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export type KubernetesComponent = typeof controlPlaneComponents[number] | 'kubeadm' | 'kubelet' | 'kubectl' | 'kube-proxy';

/** A component of Kubernetes. Each is cached by itself, so that an interrupted build goes on where it was. */
export function kubernetesTool(component: KubernetesComponent, version: string): Tool {
  return new Tool(kubernetesFromGoModules(component, version));
}

/** etcd with its tools; Debian's 3.4 is the one that is no Go module. */
export function etcdTool(version: string): Tool {
  const known = [toolchain.etcd34, toolchain.etcd35, toolchain.etcd36, toolchain.etcd37].find(({ recipe }) => recipe.version === version);
  return known ?? new Tool(etcdFromGoModules(version));
}
