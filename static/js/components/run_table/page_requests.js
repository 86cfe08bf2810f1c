// Asking the studio for rows of the run table: only answers to the latest question count, and what
// went wrong is told.

import { leaveIfLost } from "../lost.js";
import { fetchJson } from "../requests.js";

/** The requests of one RunStore, by whose events they tell `busy`, `error` and `answers`. */
export class PageRequests {
  constructor(store, error = null) {
    Object.assign(this, { store, error, answers: true, generation: 0 });
  }

  /** Another question is asked: answers that are on their way no longer count. */
  renew() {
    this.generation += 1;
  }

  /** A page of rows; null when nothing is new, when another question has been asked since, or when
   * the page could not be had: the rows on screen stay then, and the page says what went wrong. */
  async fetchPage(address) {
    const { generation, store } = this;
    store.tell("busy", true);
    try {
      const page = await fetchJson(address);
      if (generation !== this.generation) return null;
      this.judge(null);
      return page;
    } catch (error) {
      if (generation === this.generation && !(await leaveIfLost(error.status))) this.judge(error);
      return null;
    } finally {
      store.tell("busy", false);
    }
  }

  /** Like fetchPage, but the page is told nothing: what went wrong is thrown. */
  async fetchQuietly(address) {
    const { generation } = this;
    const page = await fetchJson(address);
    return generation === this.generation ? page : null;
  }

  /** Tell what is wrong with the address, or that the studio does not answer. */
  judge(error) {
    const isRefused = error?.status >= 400 && error.status < 500;
    const before = this.error;
    this.error = isRefused ? (error.body ?? { message: error.message }) : null;
    if (this.error || before) this.store.tell("error", this.error);
    const answers = !error || isRefused;
    if (answers === this.answers) return;
    this.answers = answers;
    this.store.tell("answers", answers);
  }
}
