/** The module that the writing process starts from. */
import { runSupervised } from "./supervised.js";

await runSupervised(process.argv[2]!);
