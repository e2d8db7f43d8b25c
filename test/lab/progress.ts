/** Tells the person who waits what is going on. */
export function say(text: string): void {
  process.stderr.write(`lab: ${text}\n`);
}

/** Does a piece of work and says how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Like `timed`, and meanwhile it says every half minute that it is still at it. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const ticker = setInterval(() => say(`${what}: still at it, ${Math.round((Date.now() - started) / 1000)} s so far`), 30_000);
  try {
    return await timed(what, work);
  } finally {
    clearInterval(ticker);
  }
}
