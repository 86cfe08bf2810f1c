// The list of pipelines: rows are picked to cancel them.

import { startPicking } from "../components/picking.js";

startPicking();
