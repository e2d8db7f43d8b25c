import { Duration } from 'cdk8s';
import { requireSeconds } from '../../src/require/duration';

describe('seconds', () => {
  test('are whole and above zero', () => {
    expect(requireSeconds('timeout', Duration.minutes(2))).toBe(120);
    expect(requireSeconds('timeout', Duration.millis(3000))).toBe(3);
  });

  test.each([[Duration.seconds(0), '0'], [Duration.millis(2500), '2.5']])('or refused', (duration, got) => {
    expect(() => requireSeconds('timeout', duration)).toThrow(`timeout must be a whole number of seconds of at least 1, got ${got} s`);
  });
});
