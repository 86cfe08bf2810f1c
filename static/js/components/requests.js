// Requests to the studio: the CSRF token goes along, and a refusal is told in the page.

import { toast } from "./toasts.js";

const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

/** Fetch JSON; a refusal becomes an Error with the studio's own words. */
export async function fetchJson(address, options = {}) {
  const answer = await ask(address, options);
  return answer.status === 204 ? null : answer.json();
}

/** Fetch a text; a refusal becomes an Error as well. */
export async function fetchText(address) {
  return (await ask(address)).text();
}

async function ask(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    headers: { Accept: "application/json", ...headers(), ...options.headers },
  });
  if (answer.ok) return answer;
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
  document.addEventListener("studio:toast", (event) => showToast(event.detail));
}

function showToast({ text, undo }) {
  const action = undo && { label: "Undo", run: () => post(undo.address, undo.fields) };
  toast(text, { action });
}

function wordsOf(body) {
  try {
    const { title, message, hint } = JSON.parse(body);
    return { text: message || title, hint };
  } catch {
    return { text: "The studio could not do that.", hint: "Nothing was changed. Try again." };
  }
}

/** Post a form; the answer's events (refresh, toast) are told to the page. */
export async function post(address, fields) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json", "HX-Request": "true", ...headers() },
    });
    if (!answer.ok) return refuse(wordsOf(await answer.text()));
    tell(JSON.parse(answer.headers.get("HX-Trigger") ?? "{}"));
  } catch {
    toast("The studio does not answer.", { bad: true, hint: "Nothing was changed. Try again." });
  }
}

const refuse = ({ text, hint }) => toast(text, { bad: true, hint });

function tell(events) {
  for (const [name, detail] of Object.entries(events)) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
