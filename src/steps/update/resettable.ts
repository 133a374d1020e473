/** Of a stick, what can be taken back: it then has it as the image does. */
export type ResetName =
  | "label"
  | "signature"
  | "boot-prompt"
  | "edition"
  | "answer-file"
  | "drivers"
  | "updates"
  | "add";

/** All that there are. */
export const resettable: readonly ResetName[] = [
  "label",
  "signature",
  "boot-prompt",
  "edition",
  "answer-file",
  "drivers",
  "updates",
  "add",
];
