/** Gathers what a run tells, for its record: whatever was seen until the run ended, however it ended. */
import { diskLayoutOf } from "../../volumes/disk-layout.js";
import type { DoneEvent, ProgressEvent, TargetDone, WriteEvent } from "../../progress/events.js";
import { diskMap, recordedCells } from "../../record/index.js";
import type { RecordImage, RecordTarget, RecordVerdict, RecordWarning, RunRecord } from "../../record/index.js";
import type { CheckResult } from "../../steps/check-target.js";
import type { OpenedImage } from "../../steps/open-image.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import type { Invocation } from "../options.js";
import { warningsOf } from "../render/plan-sheet.js";
import type { VerificationReport } from "../render/verification.js";
import type { WritePace } from "../render/write-pace.js";
import { checkedTarget, doneTarget, preparedTarget, unknownTarget } from "./record-targets.js";
import { imageFound, openedImage, unknownImage, verifiedImage } from "./record-images.js";
import { checkVerdict, doneVerdict, failedVerdicts, verificationVerdict } from "./record-verdicts.js";

/** What a run told. */
export type Seen = Pick<RunRecord, "verdicts" | "images" | "targets" | "warnings">;

export class Recorder {
  readonly #invocation: Invocation;
  readonly #verdicts: RecordVerdict[] = [];
  /** By path. */
  readonly #images = new Map<string, RecordImage>();
  readonly #targets = new Map<string, RecordTarget>();
  readonly #warnings: RecordWarning[] = [];
  /** An error that ends a run was perhaps told of already. */
  readonly #failures = new Set<unknown>();

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
    const { command, operands } = invocation;
    const images = command === "write" ? operands.slice(0, 1) : command === "verify" ? operands : [];
    const targets = command === "write" ? operands.slice(1) : command === "check" ? operands : [];
    for (const path of images) this.#images.set(path, unknownImage(path));
    for (const path of targets) this.#targets.set(path, unknownTarget(path));
  }

  imageOpened(opened: OpenedImage): void {
    this.#images.set(opened.path, openedImage(opened));
  }

  prepared(opened: OpenedImage, prepared: PreparedWrite): void {
    // Under their own names from here on: `sdb` is /dev/sdb.
    this.#targets.clear();
    const map = diskMap(diskLayoutOf(prepared.plan), { cells: recordedCells });
    for (const target of prepared.targets) this.#targets.set(target.path, preparedTarget(target, prepared, map));
    this.#warn(warningsOf(opened, prepared));
  }

  writeEvent(event: WriteEvent, pace: WritePace): void {
    if (event.event === "progress") this.#advance(event);
    else if (event.event === "warning") this.#warn([event]);
    else if (event.event === "done") this.#done(event, pace);
  }

  verified(report: VerificationReport): void {
    this.#images.set(report.image.path, verifiedImage(report));
    this.#verdicts.push(verificationVerdict(report));
  }

  checked(given: string, result: CheckResult): void {
    this.#targets.delete(given);
    this.#targets.set(result.target.path, checkedTarget(result));
    this.#verdicts.push(checkVerdict(result));
    this.#warn(result.warnings);
  }

  failed(error: unknown): void {
    if (this.#failures.has(error)) return;
    this.#failures.add(error);
    this.#verdicts.push(...failedVerdicts(error, this.#invocation));
  }

  seen(): Seen {
    return {
      verdicts: this.#verdicts,
      images: [...this.#images.values()],
      targets: [...this.#targets.values()],
      warnings: this.#warnings,
    };
  }

  #warn(warnings: readonly RecordWarning[]): void {
    this.#warnings.push(...warnings.map(({ code, message }) => ({ code, message })));
  }

  #advance({ target: path, phase, bytes, totalBytes }: ProgressEvent): void {
    const target = this.#targets.get(path);
    if (target !== undefined) this.#targets.set(path, { ...target, progress: { phase, bytes, totalBytes } });
  }

  #done({ targets, image }: DoneEvent, pace: WritePace): void {
    for (const each of targets) {
      const target = this.#targets.get(each.path) ?? unknownTarget(each.path);
      if ("verified" in each) this.#finished(each, target, pace);
      else
        this.#verdicts.push({
          tone: "bad",
          word: "failed",
          sentence: `${each.path}: ${each.error.message}`,
          hint: each.error.hint ?? null,
        });
    }
    const [path, known] = [...this.#images][0] ?? [];
    if (image !== undefined && path !== undefined && known !== undefined)
      this.#images.set(path, imageFound(known, image));
  }

  #finished(done: TargetDone, target: RecordTarget, pace: WritePace): void {
    this.#targets.set(done.path, doneTarget(target, done, pace));
    this.#verdicts.push(doneVerdict(done, target));
  }
}
