// Requests to the studio: the CSRF token goes along, and a refusal is told in the page.

import { toast } from "./toasts.js";

const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

/** Fetch JSON; a refusal becomes an Error with the studio's own words. */
export async function fetchJson(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    headers: { Accept: "application/json", ...headers(), ...options.headers },
  });
  if (answer.status === 204) return null;
  if (answer.ok) return answer.json();
  throw new Error(wordsOf(await answer.text()).text, { cause: answer.status });
}

export function startRequests() {
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, elt } = event.detail;
    const { text, hint } = wordsOf(xhr.responseText);
    const place = elt.closest("form")?.querySelector("[data-refused]");
    if (place) place.textContent = text;
    else toast(text, { bad: true, hint });
  });
  document.addEventListener("htmx:sendError", () => {
    toast("The studio does not answer.", { bad: true, hint: "What is on the page is kept." });
  });
  document.addEventListener("studio:toast", (event) => toast(event.detail.value));
}

function wordsOf(body) {
  try {
    const { title, message, hint } = JSON.parse(body);
    return { text: message || title, hint };
  } catch {
    return { text: "The studio could not do that.", hint: "Nothing was changed. Try again." };
  }
}
