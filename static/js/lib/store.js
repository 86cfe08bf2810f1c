// What this browser remembers for its reader. Storage may be switched off: then nothing is kept.

/** The key of what is `person`'s own: several people may sign in at one browser. */
export const ownKey = (key, person) => (person ? `${key}@${person}` : key);

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Not kept; the page works all the same.
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep `value` for the next page of this tab. */
export function rememberOnce(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Not kept.
  }
}

/** What the page before has kept; it is forgotten then. */
export function recallOnce(key) {
  try {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value;
  } catch {
    return null;
  }
}
