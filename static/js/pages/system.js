// The list of deleted runs: choosing rows, one by one or all of the page.

import { startPicking } from "../components/picking.js";

startPicking();
