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
   * The CPU that it can have at most, in thousandths of a core.
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
   * The memory that it can have at most. etcd's tools map the database into memory; those pages are given back under pressure, and needn't fit.
   *
   * @default - Size.mebibytes(512), or `memoryRequest` where that is more
   */
  readonly memoryLimit?: Size;
}
