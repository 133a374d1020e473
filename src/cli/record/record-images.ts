/** What a record says of an image: as far as the run came to know it. */
import type { ImageFindings } from "../../progress/events.js";
import type { RecordImage } from "../../record/index.js";
import type { OpenedImage } from "../../steps/open-image.js";
import { headline } from "../render/inspection-text.js";
import type { VerificationReport } from "../render/verification.js";

export function unknownImage(path: string): RecordImage {
  return {
    path,
    size: null,
    volumeLabel: null,
    holds: null,
    edition: null,
    architecture: null,
    servicePack: null,
    languages: [],
    channel: null,
    known: null,
    hashes: {},
    checked: [],
    unchecked: [],
    findings: [],
  };
}

export function openedImage({ path, size, image, windows }: OpenedImage): RecordImage {
  return { ...unknownImage(path), size, volumeLabel: image.volumeLabel, ...windowsOf(windows) };
}

type Windows = Pick<OpenedImage["windows"], "edition" | "architecture" | "servicePack" | "languages" | "channel"> &
  Parameters<typeof headline>[0]["windows"];

function windowsOf(windows: Windows) {
  const { edition, architecture, servicePack, languages, channel } = windows;
  return { holds: headline({ windows }), edition, architecture, servicePack, languages, channel };
}

/** With what a write found of it meanwhile. */
export function imageFound(image: RecordImage, { hashes, known, checked, unchecked }: ImageFindings): RecordImage {
  return { ...image, hashes, known, checked, unchecked };
}

export function verifiedImage({
  image,
  windows,
  hashes,
  known,
  scope,
  checks,
  unmet,
}: VerificationReport): RecordImage {
  const told = checks.filter(({ status }) => status === "fail" || status === "warn");
  return {
    ...unknownImage(image.path),
    size: image.size,
    volumeLabel: "volumeLabel" in image ? image.volumeLabel : null,
    ...(windows === null ? {} : windowsOf(windows)),
    known: known?.official === true ? known.fileName : null,
    hashes,
    checked: scope.checked,
    unchecked: scope.unchecked,
    findings: [
      ...unmet.map(({ requirement, message }) => `not met: ${requirement}: ${message}`),
      ...told.map(({ message }) => message),
    ],
  };
}
