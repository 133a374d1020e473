/**
 * The public API: the same steps that the command line takes, for scripts. An image is opened, looked at, prepared for
 * its targets (every check, and the plan), and written. Errors are `Win7UsbError` with the codes of the contract.
 */
export type { ErrorCode } from "./errors.js";
export { exitCodeOf, exitCodes, Win7UsbError } from "./errors.js";
export type { ByteSource } from "./source/byte-source.js";
export { openFileSource } from "./source/file-source.js";
export type { DirectoryNode, FileNode, FileTree, TreeNode } from "./tree/index.js";
export { contentSource, find, walk } from "./tree/index.js";
export { readImage } from "./iso9660-reader/index.js";
export { assertSuitable, identify, refusals } from "./windows/index.js";
export { chooseFileSystem, planDisk, smallestDisk } from "./volumes/index.js";
export type { DiskPlan } from "./volumes/plan.js";
export type { Extent, ExtentSource } from "./extents/extent.js";
export { layoutSource } from "./extents/layout-source.js";
export type { Drive } from "./drive/drive.js";
export { listDrives } from "./drive/list.js";
export type { Mismatch, MismatchCause } from "./check/index.js";
export type { CheckChoices, CheckEvent, CheckResult, CheckVerdict } from "./steps/check-target.js";
export { checkTarget } from "./steps/check-target.js";
export type { OpenedImage } from "./steps/open-image.js";
export { openImage } from "./steps/open-image.js";
export type { PreparedWrite, WriteChoices } from "./steps/prepare-write.js";
export { prepareWrite } from "./steps/prepare-write.js";
export type { Requirement, Verification, VerifyChoices, VerifyEvent } from "./steps/verify-image.js";
export { verifyImage } from "./steps/verify-image.js";
export type { WriteEvent } from "./progress/events.js";
export { writeImage } from "./steps/write-image.js";
