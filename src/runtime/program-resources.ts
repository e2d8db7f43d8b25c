import { Size } from 'cdk8s';

/**
 * CPU and memory of the container that runs a program. What is left out keeps its default.
 */
export interface ProgramResources {
  /**
   * The CPU that is reserved, in thousandths of a core.
   *
   * @default 50
   */
  readonly cpuRequestMillis?: number;

  /**
   * The most CPU that the container can have, in thousandths of a core.
   *
   * @default - no limit
   */
  readonly cpuLimitMillis?: number;

  /**
   * The memory that is reserved.
   *
   * @default Size.mebibytes(64)
   */
  readonly memoryRequest?: Size;

  /**
   * The most memory that the container can have. The database needn't fit: etcd's tools map it into memory, and the kernel takes such pages back
   * when memory is short.
   *
   * @default - Size.mebibytes(512), or `memoryRequest` where that is more
   */
  readonly memoryLimit?: Size;
}
