import * as kplus from 'cdk8s-plus-28';

/** The user of pods that need no file of the host: it has no name and no rights. */
export const NOBODY = 65532;

/** What a container may do on its node. Each right includes those before it. */
export enum Rights {
  /** Nothing: it sees no file of the host. */
  NONE,
  /** To use files of the host that belong to root. */
  FILES_OF_ROOT,
  /** To read files of the host that belong to other users, too: components of the control plane may run as users of their own. */
  FILES_OF_OTHERS,
  /** To start work on the host itself. The container must be privileged and in the host's PID namespace: nothing less will do. */
  HOST,
}

/** The most restrictive security context that still gives a container its rights. */
export function securityContextOf(rights: Rights): kplus.ContainerSecurityContextProps {
  // A container that enters the host's namespaces can't be confined.
  if (rights === Rights.HOST) {
    return { user: 0, group: 0, ensureNonRoot: false, privileged: true, allowPrivilegeEscalation: true, readOnlyRootFilesystem: true };
  }
  const user = rights === Rights.NONE ? NOBODY : 0;
  return {
    user,
    group: user,
    ensureNonRoot: user !== 0,
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: {
      drop: [kplus.Capability.ALL],
      ...rights === Rights.FILES_OF_OTHERS && { add: [kplus.Capability.DAC_READ_SEARCH] },
    },
    seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },
  };
}
