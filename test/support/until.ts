/**
 * Awaits something in another process: asks again until the answer is neither false nor undefined. For what happens in
 * this process await an event instead.
 */
export async function until<A>(
  what: string,
  ask: () => A | undefined | false | Promise<A | undefined | false>,
  limit = 20_000,
): Promise<A> {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
