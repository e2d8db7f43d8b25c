/** Starts a clock. The function that is returned reads it, in seconds. */
export function stopwatch(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}
