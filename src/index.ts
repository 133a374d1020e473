/**
 * The public API: the steps that the command line takes, for scripts. `inspect`, `verify`, `check`, `readDisc` and `write` are
 * one call each; `openImage`, `prepareWrite` and `writePrepared` are a write with a question in between. Images and targets are paths
 * or sources of bytes, targets of a write also writers of the caller's. Every call takes a signal and tells events; errors
 * are `Win7UsbError` with the codes of the contract. docs/API.md has examples.
 */
export type { ErrorCode, ErrorDetails, Warning } from "./errors.js";
export { exitCodeOf, exitCodes, Win7UsbError } from "./errors.js";

export type { ByteSource } from "./source/byte-source.js";
export { memorySource, sliceSource } from "./source/byte-source.js";
export type { FileSource, FileSourceOptions } from "./source/file-source.js";
export { openFileSource } from "./source/file-source.js";
export type {
  DirectoryNode,
  FileAttributes,
  FileNode,
  FileTimes,
  FileTree,
  NodeFacts,
  PathNode,
  TreeNode,
} from "./tree/index.js";
export { contentSource, find, walk } from "./tree/index.js";

export type { DiscInDrive, ImageInput, InputOptions } from "./steps/image-input.js";
export type { OpenedImage } from "./steps/open-image.js";
export { openImage } from "./steps/open-image.js";
export type {
  BootEntry,
  ElTorito,
  FileSystemSummary,
  Iso9660Image,
  IsoFileSystem,
  PrimaryVolume,
  TruncatedFile,
} from "./iso9660-reader/index.js";
export { readImage } from "./iso9660-reader/index.js";
export type {
  Architecture,
  BootImages,
  Channel,
  Edition,
  ImageDescription,
  InstallImage,
  SuitabilityCode,
  SuitabilityRefusal,
  VolumeLabel,
  UnreadableWim,
  WindowsIdentity,
} from "./windows/index.js";
export { assertSuitable, identify, suitabilityRefusals } from "./windows/index.js";
export type { WimArchitecture } from "./wim/index.js";
export type { KnownImage, KnownImages, KnownMatch, LookAlike, NotOfficialImage } from "./windows/known-images/index.js";
export { knownImagesOf, loadKnownImages } from "./windows/known-images/index.js";

export type { ImageFacts, InspectEvent, InspectOptions, Inspection, WindowsFacts } from "./steps/inspect-image.js";
export { inspect } from "./steps/inspect-image.js";

export type { DriverInspection, DriverInspectionOptions } from "./steps/inspect-drivers.js";
export { inspectDrivers } from "./steps/inspect-drivers.js";
export type {
  DriverArchitecture,
  DriverPackage,
  DriverPurpose,
  DriverRefusal,
  DriverVerdict,
  DriverWarning,
  SetupRefusal,
} from "./drivers/index.js";
export type { InfFaultReason } from "./drivers/inf/inf-fault.js";
export type { DriverFramework, DriverService } from "./drivers/inf/install.js";
export type { DriverDevice } from "./drivers/inf/models.js";
export type { PackageFile } from "./drivers/package-files.js";
export type { PackageSignature } from "./drivers/signatures/judge-signatures.js";

export type { MachineInput, MachineInspection, MachineInspectionOptions } from "./steps/inspect-machine.js";
export { inspectMachine } from "./steps/inspect-machine.js";
export type { MachineSystem } from "./steps/machine-systems.js";
export type { Device, DeviceBus, DeviceKind, ListingFormat, Machine, MissingFact } from "./machine/device.js";
export type { FoundDriver } from "./machine/find-drivers.js";
export type {
  DeviceService,
  DriverState,
  JudgedDevice,
  MachineJudgement,
  MachineVerdict,
  NeedState,
  SetupNeed,
} from "./machine/judge-machine.js";

export type { VerifyOptions, VerifyResult } from "./steps/verify-image.js";
export { verify } from "./steps/verify-image.js";
export type { VerifyEvent, VerifyPhase } from "./steps/verify-passes.js";
export type { Examination, ExaminationChoices } from "./verification/examine.js";
export type { WimCheckId, WimFailure, WimPlace } from "./verification/wim/report.js";
export { wimCheckIds } from "./verification/wim/report.js";
export type { Check, CheckKind, CheckStatus, Verdict } from "./verification/verdict.js";
export type { FileHashes, HashAlgorithm, KnownFinding, Resemblance } from "./verification/known-image.js";
export type { Requirement, UnmetRequirement } from "./verification/requirements.js";
export type { Scope, Unchecked } from "./verification/scope.js";
export type { Truncation } from "./verification/volume.js";

export type { ReadOptions, ReadResult, Unread } from "./steps/read-disc.js";
export { readDisc } from "./steps/read-disc.js";
export type { ReadEvent, ReadPhase, ReadProgressEvent, ReadStartEvent, ReadWarningEvent } from "./steps/read/events.js";
export type { SplitOverDiscs } from "./steps/read/disc-set.js";
export type { RescueStatus } from "./read/rescue.js";
export type { NamedImage, UnreadFile, UnreadWim } from "./read/unread-files.js";

export type { BlockMap, CompressedFormat, Container, ContainerFormat, WrappedFormat } from "./containers/index.js";
export type { AddedFolder, EditChoices } from "./steps/edit-choices.js";
export type { PreparedEdit } from "./steps/edit-tree.js";
export type { Edit, EditKind, EditNote } from "./windows/customise/index.js";
export type { TreeChange } from "./tree/edits.js";
export type { PreparedWrite, PrepareOptions, WriteChoices } from "./steps/prepare-write.js";
export { prepareWrite } from "./steps/prepare-write.js";
export type { WriteOptions, WriteOutcome, WriteRun } from "./steps/write-image.js";
export { write, writePrepared } from "./steps/write-image.js";
export type { DriveReader } from "./drive/drive-reader.js";
export type { Manifest } from "./manifest/manifest.js";
export type { OwnedSpan } from "./manifest/hash-units.js";
export type { OpenedStick } from "./steps/open-stick.js";
export { openStick } from "./steps/open-stick.js";
export type { PreparedUpdate, PrepareUpdateOptions, UpdateOptions } from "./steps/update-stick.js";
export { prepareUpdate, update, updatePrepared } from "./steps/update-stick.js";
export type { ChangedPlace } from "./steps/update/changes.js";
export type { UpdateChoices } from "./steps/update/choices.js";
export type { ResetName } from "./steps/update/resettable.js";
export type { CloneChoices, CloneOptions, PreparedClone, PrepareCloneOptions } from "./steps/clone-stick.js";
export { clone, clonePrepared, prepareClone } from "./steps/clone-stick.js";
export type { PlannedImageCheck } from "./steps/image-check.js";
export type { WriteResult } from "./write/write-plan.js";
export type { SplitImage } from "./windows/split-install-image.js";
export type {
  DoneEvent,
  ErrorEvent,
  ImageCheckName,
  ImageFindings,
  PhaseEvent,
  PlanEvent,
  ProgressEvent,
  StartEvent,
  TargetDone,
  TargetFailed,
  WarningEvent,
  WriteEvent,
  WritePhase,
} from "./progress/events.js";
export type {
  DiskPlan,
  DiskRun,
  DiskStructure,
  DriveGeometry,
  FileSystemName,
  ImageOrigin,
  LayoutOptions,
  PlannedEdit,
  PlannedFile,
} from "./volumes/plan.js";
export type { DiskLayout } from "./volumes/disk-layout.js";
export { diskLayoutOf } from "./volumes/disk-layout.js";
export type { AreaKind, DiskMap, DiskMapOptions, MapGroup } from "./record/index.js";
export { diskMap } from "./record/index.js";
export type { PlanOptions } from "./volumes/index.js";
export { chooseFileSystem, planDisk, smallestDisk } from "./volumes/index.js";
export type { Extent, ExtentSource, Run, Span } from "./extents/extent.js";
export { layoutSource } from "./extents/layout-source.js";

export type { Drive, DriveVolume, Mountpoint, Partition, StreamTarget, Target, WriteTarget } from "./drive/drive.js";
export type { DriveWriter, ReadBack } from "./drive/drive-writer.js";
export type { Circumstances, Refusal } from "./drive/guard.js";
export { refusals } from "./drive/guard.js";
export type { ListOptions } from "./drive/list.js";
export { listDrives } from "./drive/list.js";

export type { Mismatch, MismatchCause } from "./check/index.js";
export type { DriveFacts } from "./steps/check-facts.js";
export type { CheckEvent, CheckOptions, CheckOrigin, CheckResult } from "./steps/check-target.js";
export type { CheckCause, CheckVerdict } from "./steps/check-verdict.js";
export { check } from "./steps/check-target.js";
export type { TargetInput } from "./steps/open-target.js";
