import { ProgramResources } from './program-resources';
import { ContainerImages } from '../cluster/container-images';

/** What can be said of every workload of this library, whatever its program does. */
export interface WorkloadProps {
  /**
   * The images that the pods run, a registry mirror, pull secrets.
   *
   * @default ContainerImages.defaults()
   */
  readonly images?: ContainerImages;

  /**
   * CPU and memory of the container that runs the program. The work of an operation on a host isn't done in it, but in a systemd unit there.
   *
   * @default - requests 50m CPU and 64 MiB of memory, limits memory to 512 MiB, and doesn't limit CPU
   */
  readonly resources?: ProgramResources;

  /**
   * Labels for the workload, its Jobs and its pods, beside `app.kubernetes.io/name`, `instance` and `managed-by`.
   *
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };

  /**
   * Annotations for the workload and its pods.
   *
   * @default - none
   */
  readonly annotations?: { readonly [key: string]: string };
}
