import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { ProgramResources } from './program-resources';
import { requireWholeNumber } from '../require/number';

/** Throws when a number isn't whole and at least 1, or a limit is below the request. */
export function containerResources(resources: ProgramResources = {}): kplus.ContainerResources {
  const { cpuRequestMillis = 50, cpuLimitMillis, memoryRequest = Size.mebibytes(64) } = resources;
  const memoryLimit = resources.memoryLimit ?? Size.mebibytes(Math.max(512, mebibytesOf(memoryRequest)));
  requireWholeNumber('resources.cpuRequestMillis', cpuRequestMillis, 1);
  if (cpuLimitMillis !== undefined) {
    requireWholeNumber('resources.cpuLimitMillis', cpuLimitMillis, cpuRequestMillis, 'it must not be below cpuRequestMillis');
  }
  requireWholeNumber('resources.memoryRequest in MiB', mebibytesOf(memoryRequest), 1);
  requireWholeNumber('resources.memoryLimit in MiB', mebibytesOf(memoryLimit), mebibytesOf(memoryRequest), 'it must not be below memoryRequest');
  return {
    cpu: { request: kplus.Cpu.millis(cpuRequestMillis), ...cpuLimitMillis !== undefined && { limit: kplus.Cpu.millis(cpuLimitMillis) } },
    memory: { request: memoryRequest, limit: memoryLimit },
  };
}

function mebibytesOf(size: Size): number {
  return size.toKibibytes() / 1024;
}
