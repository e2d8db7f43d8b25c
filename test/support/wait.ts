/** Asks until the answer is yes. A question that throws counts as a no, and its message becomes part of the failure. */
export async function until(what: string, question: () => Promise<boolean> | boolean, timeoutSeconds = 30): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      if (await question()) return;
      last = '';
    } catch (error) {
      last = `: ${(error as Error).message}`;
    }
    await sleep(50);
  }
  throw new Error(`${what}: not within ${timeoutSeconds} s${last}`);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
