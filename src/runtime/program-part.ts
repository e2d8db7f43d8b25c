import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from './program';
import { Rights, securityContextOf } from './rights';
import { Toolbox } from './toolbox';
import { verifiedCommand, VerifiedFiles } from './verified-files';

/** One container of a pod: a program, and what it needs. */
export interface ProgramPart {
  /**
   * The container's name.
   *
   * @default - the program's name
   */
  readonly name?: string;
  readonly program: Program;
  /** The arguments of the program. */
  readonly args?: string[];
  /** The image that the program runs in; the shell comes from the toolbox. */
  readonly image: string;
  readonly env: { [name: string]: kplus.EnvValue };
  readonly mounts?: kplus.VolumeMount[];
  /** Files of other mounts that the program runs, or keeps so that root can run them later. */
  readonly verifiedFiles?: VerifiedFiles[];
  readonly rights: Rights;
  /**
   * Whether this part gets the token of the pod's service account. Containers without `token` don't have it.
   *
   * @default false
   */
  readonly token?: boolean;
  /**
   * Whether this part runs beside those after it, until the pod's main container has ended. It needs Kubernetes 1.29.
   *
   * @default false
   */
  readonly beside?: boolean;
  readonly resources: kplus.ContainerResources;
}

/** The containers of a pod's parts, in the same order. The volumes of the last part, the pod's main container, have the short names. */
export function renderParts(scope: Construct, toolbox: Toolbox, imagePullPolicy: kplus.ImagePullPolicy, parts: ProgramPart[],
  token?: kplus.VolumeMount): kplus.ContainerProps[] {
  const main = parts.at(-1)!;
  return parts.map((part) => {
    const { program, rights, args = [], verifiedFiles = [], mounts = [] } = part;
    const name = part.name ?? program.name;
    if (part.token) {
      requireToken(name, rights, token);
    }
    const files = [{ path: Program.MOUNT_PATH, contents: program.contents }, ...verifiedFiles];
    // Each part has its own: in a shared folder another part could change the copies that were verified.
    const scratch = part === main ? 'scratch' : `scratch-${name}`;
    return {
      name,
      image: part.image,
      imagePullPolicy,
      command: [...Toolbox.command(verifiedCommand(files), program.entryPoint), ...args],
      envVariables: {
        PATH: kplus.EnvValue.fromValue(Toolbox.SEARCH_PATH),
        ...part.env,
      },
      volumeMounts: [
        { volume: program.volumeIn(scope, program === main.program ? 'program' : `${program.name}-program`), path: Program.MOUNT_PATH, readOnly: true },
        toolbox.mount,
        { volume: kplus.Volume.fromEmptyDir(scope, scratch, scratch, { sizeLimit: Size.mebibytes(16) }), path: '/tmp' },
        ...part.token ? [token!] : [],
        ...mounts,
      ],
      resources: part.resources,
      securityContext: securityContextOf(rights),
    };
  });
}

function requireToken(name: string, rights: Rights, token?: kplus.VolumeMount): void {
  if (rights === Rights.HOST) {
    throw new Error(`the part ${name} must have no token, as it is privileged: let an unprivileged part before or after it ask the API server`);
  }
  if (token === undefined) {
    throw new Error(`serviceAccount must be given, got undefined: the part ${name} wants its token`);
  }
}
