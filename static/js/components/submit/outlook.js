// When a run would start on the chosen cluster, and which other cluster could start it at once.

import { fetchJson } from "../requests.js";

/** What the studio expects for the job in `form`: `answer`, null until it is known. */
export class Outlook {
  constructor(form) {
    Object.assign(this, { form, answer: null, asked: "" });
  }

  /** Ask again for the fields `state`; true when they are still those of the form's last question. */
  async look(state) {
    const question = questionOf(state);
    this.asked = question;
    const answer = await fetchJson(`${this.form.dataset.outlook}?${question}`);
    if (this.asked !== question) return false;
    this.answer = answer;
    this.draw();
    return true;
  }

  /** Has nobody asked yet for a job with these fields? */
  isNew(state) {
    return this.asked !== questionOf(state);
  }

  draw() {
    const { form, answer } = this;
    const words = form.querySelector("[data-outlook-words]");
    words.textContent = answer.words;
    words.classList.toggle("completed", answer.is_free);
    words.classList.toggle("waiting", !answer.is_free);
    form.querySelector("[data-other]").hidden = !answer.other;
    form.querySelector("[data-other-name]").textContent = answer.other ?? "";
  }
}

function questionOf({ cluster, experiment_name, script }) {
  return new URLSearchParams({ cluster, experiment: experiment_name, script }).toString();
}
