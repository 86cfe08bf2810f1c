// The role of the reader in the workspace. Each answer says it (the header X-Role); where it is not
// the one that the page was made for, the page is loaded anew, so that it offers what they may do.

import { recallOnce, rememberOnce } from "../lib/store.js";
import { isBusy } from "./busy.js";
import { toast } from "./toasts.js";

const NOTE = "role-changed";
const HEADER = "X-Role";
const NOT_ALLOWED = 403;

let isAsking = false;
let told = "";

/** Look at an answer of the studio: its status, and the role that it says. */
export async function noteRole(status, role) {
  const { role: before } = document.body.dataset;
  const isNew = role ? role !== before : status === NOT_ALLOWED;
  if (!before || !isNew || isAsking) return;
  isAsking = true;
  try {
    // A kept answer may say the role of before: the page itself has the last word.
    const page = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    const now = page.headers.get(HEADER);
    if (now && now !== before) change(now);
  } catch {
    // Nobody answers: the next answer tells.
  } finally {
    isAsking = false;
  }
}

/** Load the page anew, or offer it while somebody is in the middle of something. */
function change(role) {
  rememberOnce(NOTE, role);
  if (!isBusy(document.body)) location.reload();
  else if (told !== role) {
    const action = { label: "Reload", run: () => location.reload() };
    toast(`Your role here is now ${role}.`, { bad: true, hint: "Reload the page.", action });
  }
  told = role;
}

/** Say on the page that was loaded anew why it looks different. */
export function startRole() {
  const role = recallOnce(NOTE);
  if (!role || role !== document.body.dataset.role) return;
  toast(`Your role here is now ${role}.`, { hint: "The page shows what you may do." });
}
