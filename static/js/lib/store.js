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
