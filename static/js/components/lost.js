// A page that its reader has lost while it was open: signed out, not allowed here any more, or gone.

const LOST = [401, 403, 404];

/** Tell whether a request that was refused with `status` may mean that the page is lost. */
export const isRefusal = (status) => LOST.includes(status);

/**
 * Load the page anew, so that it says so itself, where a request of it was refused with `status`
 * and the page would be refused too. Returns whether it is.
 */
export async function leaveIfLost(status) {
  if (!isRefusal(status)) return false;
  const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" });
  const isLost = answer.type === "opaqueredirect" || isRefusal(answer.status);
  if (isLost) location.reload();
  return isLost;
}
