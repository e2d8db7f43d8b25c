import { Size } from 'cdk8s';
import { containerResources } from '../../src/runtime/container-resources';
import { ProgramResources } from '../../src/runtime/program-resources';

/** As numbers, and not as objects of cdk8s-plus. */
function given(resources?: ProgramResources) {
  const { cpu, memory } = containerResources(resources);
  return [cpu?.request?.amount, cpu?.limit?.amount, memory?.request?.toMebibytes(), memory?.limit?.toMebibytes()];
}

test('what is left out keeps its default', () => {
  expect(given()).toEqual(['50m', undefined, 64, 512]);
  expect(given({ memoryLimit: Size.gibibytes(2) })).toEqual(['50m', undefined, 64, 2048]);
  expect(given({ cpuRequestMillis: 200, cpuLimitMillis: 200 })).toEqual(['200m', '200m', 64, 512]);
});

test('a larger request draws the limit with it', () => {
  expect(given({ memoryRequest: Size.gibibytes(1) })).toEqual(['50m', undefined, 1024, 1024]);
});

test.each<[string, ProgramResources, string]>([
  ['part of a thousandth of a core', { cpuRequestMillis: 0.5 }, 'resources.cpuRequestMillis must be a whole number of at least 1, got 0.5'],
  ['a limit below the request', { cpuLimitMillis: 49 }, 'resources.cpuLimitMillis must be a whole number of at least 50, got 49: it must not be below cpuRequestMillis'],
  ['memory that Kubernetes would round', { memoryRequest: Size.kibibytes(1536) }, 'resources.memoryRequest in MiB must be a whole number of at least 1, got 1.5'],
  ['less memory than is requested', { memoryLimit: Size.mebibytes(63) },
    'resources.memoryLimit in MiB must be a whole number of at least 64, got 63: it must not be below memoryRequest'],
])('%s is refused', (_, resources, message) => expect(() => containerResources(resources)).toThrow(message));
