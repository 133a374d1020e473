/** What stands against writing an image that was examined, as errors. */
import { count, firstFew } from "../bytes/amounts.js";
import { Win7UsbError } from "../errors.js";
import { alteredCode, damagedCode } from "../windows/refusals.js";
import { shortenedPath } from "../wim/shortened.js";
import type { Examination } from "./examine.js";
import type { UnmetRequirement } from "./requirements.js";
import type { Check } from "./verdict.js";

/** Files that a message names, and failures in its data. */
const namedInMessage = 3;
const namedInData = 100;

const damageHint = "Fetch the image or read the disc again, and compare its SHA-1 with the published one.";

type Subject = { readonly path: string; readonly allow: readonly string[] };

/** Damage first, each code once; empty where nothing is against it. `allow` lifts `damaged` and `altered`. */
export function objections(examination: Examination, { path, allow }: Subject): Win7UsbError[] {
  const failed = examination.checks.filter(({ status }) => status === "fail");
  const unsound = failed.filter(({ kind }) => kind === "soundness");
  const altered = failed.filter(({ kind, code }) => kind === "origin" && code === alteredCode);
  return [
    ...(unsound.length > 0 && !allow.includes(damagedCode) ? [damageError(path, unsound, examination)] : []),
    ...altered.map(({ message, hint = damageHint }) => {
      const { hashes } = examination;
      return new Win7UsbError(alteredCode, `${path} was altered: ${message}`, { hint, data: { path, hashes } });
    }),
    ...unmetErrors(examination.unmet, path),
  ];
}

function damageError(path: string, unsound: readonly Check[], examination: Examination): Win7UsbError {
  const { failures, failureCount, hashes } = examination;
  return new Win7UsbError(damagedCode, `${path} is damaged: ${damageWords(unsound, examination)}`, {
    hint: damageHint,
    data: {
      path,
      hashes,
      checks: unsound.slice(0, namedInData).map(({ id, file, message }) => ({ id, file: file ?? null, message })),
      failures: failures.slice(0, namedInData).map(({ wim, message, places }) => ({ wim, message, places })),
      failureCount,
    },
  });
}

/** The files whose content is damaged; where none is known, the first thing that is wrong. */
function damageWords(unsound: readonly Check[], { failures }: Examination): string {
  const files = failures.flatMap(({ wim, places }) =>
    places.map((place) => `${shortenedPath(place.path)} (${wim}, image ${place.image})`),
  );
  if (files.length > 0) {
    const what = files.length === 1 ? "the content" : "the contents";
    return `${what} of ${firstFew(files, namedInMessage)} ${files.length === 1 ? "is" : "are"} not what the SHA-1 says`;
  }
  const [first, ...others] = unsound.map(({ message }) => message);
  return others.length === 0 ? first! : `${first!}; and ${count(others.length, "more finding")}`;
}

/** One error for each requirement that the image does not meet. */
export function unmetErrors(unmet: readonly UnmetRequirement[], path: string): Win7UsbError[] {
  return unmet.map(({ requirement, message, hint }) => {
    const details = { data: { path, requirement }, ...(hint === undefined ? {} : { hint }) };
    return new Win7UsbError(
      "requirement-unmet",
      `${path} is not what is required: ${requirement}: ${message}`,
      details,
    );
  });
}
