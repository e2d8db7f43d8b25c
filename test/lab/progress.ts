/** Tells the person who waits what is going on. Scenarios can have it silent. */
export function say(text: string): void {
  process.stderr.write(`lab: ${text}\n`);
}

/** Does a piece of work, says how long it took, and meanwhile, every half minute, that it is still going on. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const ticker = setInterval(() => say(`${what}: still at it, ${seconds()} s so far`), 30_000);
  try {
    const result = await work();
    say(`${what}: ${seconds()} s`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
