// The draft of a job, and the cluster used last: this browser keeps both for the Submit page.

import { ownKey, recall, remember } from "../../lib/store.js";

const MOST_FILES = 200;

/** What is kept for the reader, of the workspace whose pages begin with `home`. */
export class Draft {
  constructor(home) {
    const { person } = document.documentElement.dataset;
    this.key = ownKey(`submit:${home}`, person);
    this.clusterKey = ownKey(`submit:${home}:cluster`, person);
  }

  /** {state, snapshot} as they were kept, or null. */
  read() {
    return JSON.parse(recall(this.key) ?? "null");
  }

  keep(state, snapshot) {
    const files = snapshot?.files.slice(0, MOST_FILES);
    remember(this.key, JSON.stringify({ state, snapshot: snapshot && { ...snapshot, files } }));
  }

  forget() {
    remember(this.key, null);
  }

  get lastCluster() {
    return recall(this.clusterKey);
  }

  /** The job was submitted to `cluster`. */
  submitted(cluster) {
    this.forget();
    remember(this.clusterKey, cluster);
  }
}
