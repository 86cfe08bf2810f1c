// Whether the studio can read and store.

const LONGEST_WAIT_MS = 10_000;

/** Ask `address` whether the database answers; false also where the studio itself does not. */
export async function isReady(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
    return (await answer.json()).database === "ok";
  } catch {
    return false;
  }
}
