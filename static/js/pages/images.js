// Starts the gallery of a run or of a comparison; an active run is asked anew as it goes on.

import { Gallery } from "../components/images/gallery.js";
import { liveUntilEnd } from "../components/live.js";

const root = document.querySelector("[data-gallery]");
if (root) {
  const gallery = new Gallery(root);
  gallery.load();
  if ("active" in root.dataset) liveUntilEnd(() => gallery.load());
}
