/** The module that the supervised process starts from. */
import { runSupervised } from "./supervised.js";

await runSupervised(process.argv[2]!);
