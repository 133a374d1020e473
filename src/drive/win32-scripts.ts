/**
 * What Windows is asked, as PowerShell scripts over its Storage cmdlets; each prints one JSON document. Traps: the cmdlets
 * show enumerations as words through a type extension, and their numbers only through `CimInstanceProperties`; a missing
 * drive letter is U+0000; `Get-Disk` lists card readers without a medium with size 0; MSFT_Disk does not say whether a
 * medium is removable, Win32_DiskDrive does (whose Size is rounded down to cylinders); texts of errors are in the
 * system's language, their `FullyQualifiedErrorId` is not. No text that a drive gives of itself is ever put in a script.
 */

/** powershell.exe, version 5.1, is part of every Windows that Node 20 runs on. */
export const powershell = "powershell.exe";

export function powershellParameters(script: string): string[] {
  return ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", script];
}

/** Errors end the script; what is printed is UTF-8 without a byte order mark. */
const preamble = [
  "$ErrorActionPreference = 'Stop'",
  "$ProgressPreference = 'SilentlyContinue'",
  "[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false",
];

const disksOf = [
  "$disks = @(Get-Disk | Select-Object Number, FriendlyName, SerialNumber, Location, Size, LogicalSectorSize,",
  "IsBoot, IsSystem, IsReadOnly, IsOffline, IsClustered, PartitionStyle,",
  "@{ n = 'BusType'; e = { [int]$_.CimInstanceProperties['BusType'].Value } })",
].join(" ");

const partitionsOf = [
  "$partitions = @(Get-Partition | Select-Object DiskNumber, PartitionNumber, Size, IsBoot, IsSystem, GptType, MbrType,",
  "@{ n = 'AccessPaths'; e = { @($_.AccessPaths) } })",
].join(" ");

/** What a list prints: all disks, partitions, volumes, page files. */
const listSteps = [
  disksOf,
  partitionsOf,
  "$volumes = @(Get-Volume | Select-Object UniqueId, FileSystem, FileSystemLabel, Size, SizeRemaining)",
  "$media = @(Get-CimInstance Win32_DiskDrive | Select-Object Index, MediaType)",
  "$pageFiles = @(Get-CimInstance Win32_PageFileUsage | ForEach-Object { $_.Name })",
  "[pscustomobject]@{ SystemDrive = $env:SystemDrive; Disks = $disks; Partitions = $partitions;" +
    " Volumes = $volumes; Media = $media; PageFiles = $pageFiles } | ConvertTo-Json -Depth 4 -Compress",
];

export const listScript = [...preamble, ...listSteps].join("; ");

/**
 * Takes the partitions of disks and their volumes away, and lists what is there then: a line with the answer for each disk
 * in its turn, and one with what the list script prints. The script looks once more that a disk has the size it had and
 * does not carry the system; a disk without partitions is left as it is, because Clear-Disk fails there.
 */
export function clearScript(disks: readonly { readonly number: number; readonly size: number }[]): string {
  return [...preamble, ...disks.map(clearStep), ...listSteps].join("; ");
}

function clearStep({ number, size }: { readonly number: number; readonly size: number }): string {
  return answering([
    `$disk = Get-Disk -Number ${wholeNumber(number)}`,
    `if ($disk.Size -ne ${wholeNumber(size)} -or $disk.IsBoot -or $disk.IsSystem) { throw 'it is another disk' }`,
    "if ($disk.IsOffline) { $disk | Set-Disk -IsOffline $false }",
    "if ($disk.PartitionStyle -ne 'RAW') { $disk | Clear-Disk -RemoveData -RemoveOEM -Confirm:$false }",
    "$disk | Update-Disk",
  ]);
}

/** Makes Windows rescan disk `number`, so that it mounts the new file system. */
export function rescanScript(number: number): string {
  return [...preamble, answering([`Update-Disk -Number ${wholeNumber(number)}`, "Update-HostStorageCache"])].join("; ");
}

/** The answer is `{"Ok":true}`, or `{"Ok":false,"Id":...,"Message":...}`. */
function answering(steps: readonly string[]): string {
  const failed =
    "[pscustomobject]@{ Ok = $false; Id = $_.FullyQualifiedErrorId; Message = $_.Exception.Message }" +
    " | ConvertTo-Json -Compress";
  const done = "[pscustomobject]@{ Ok = $true } | ConvertTo-Json -Compress";
  return `try { ${steps.join("; ")}; ${done} } catch { ${failed} }`;
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${value} is no whole number`);
  return String(value);
}

/** Optical drives. */
export const opticalScript = [
  ...preamble,
  "$drives = @(Get-CimInstance Win32_CDROMDrive | Select-Object Drive, MediaLoaded, Size)",
  "[pscustomobject]@{ Drives = $drives } | ConvertTo-Json -Depth 3 -Compress",
].join("; ");
