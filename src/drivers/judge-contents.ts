/**
 * What the files of a package are: programs for the processor, and those that were signed. Each is read once, and one at a
 * time; what is copied twice is judged once.
 */
import type { DriverRefusal, DriverWarning } from "./findings.js";
import type { FolderFile } from "./folder-files.js";
import type { InfDescription } from "./inf/describe-inf.js";
import { driverFileSizeLimit } from "./limits.js";
import type { TakenFiles } from "./package-files.js";
import type { PortableExecutable } from "./portable-executable.js";
import { readPortableExecutable } from "./portable-executable.js";
import type { PackageSignature, ReadFile } from "./signatures/judge-signatures.js";
import { SignatureJudge } from "./signatures/judge-signatures.js";
import type { DriverTarget } from "./target.js";

export type ContentFindings = {
  readonly signature: PackageSignature;
  readonly refusals: readonly DriverRefusal[];
  readonly warnings: readonly DriverWarning[];
};

/** SERVICE_BOOT_START */
const bootStart = 0;
/** SERVICE_KERNEL_DRIVER */
const kernelDriver = 1;

export async function judgeContents(
  inf: FolderFile,
  description: InfDescription,
  taken: TakenFiles,
  target: DriverTarget,
): Promise<ContentFindings> {
  const refusals: DriverRefusal[] = [];
  const signatures = await SignatureJudge.open(taken.catalog, target);
  await signatures.add({ path: inf.path, bytes: await inf.read(), program: null, service: null });
  const read = new Set<string>();
  for (const { file, path, name } of taken.files) {
    if (read.has(path)) continue;
    read.add(path);
    if (file.size > driverFileSizeLimit) {
      refusals.push({ code: "file-too-large", file: path, size: file.size });
      continue;
    }
    const bytes = await file.read();
    const program = await readPortableExecutable(bytes);
    const service = serviceOf(name, description);
    refusals.push(...programRefusals({ path, program, service }, name, description, target));
    await signatures.add({ path, bytes, program, service });
  }
  const signed = signatures.result();
  return { signature: signed.signature, refusals: [...refusals, ...signed.refusals], warnings: signed.warnings };
}

/** The service that has this file, the one that starts first where several do. */
function serviceOf(name: string, { services }: InfDescription): ReadFile["service"] {
  const [first] = services
    .filter(({ binary }) => binary?.toLowerCase() === name.toLowerCase())
    .toSorted((a, b) => (a.startType ?? Infinity) - (b.startType ?? Infinity));
  if (first === undefined) return null;
  const isKernelDriver = first.serviceType === kernelDriver;
  return { name: first.name, isBootStart: first.startType === bootStart, isKernelDriver };
}

/** Drivers and co-installers must be for the processor; what else is copied may be for another (WOW64's parts). */
function programRefusals(
  { path, program, service }: { path: string; program: PortableExecutable | null; service: ReadFile["service"] },
  name: string,
  { coInstallers }: InfDescription,
  { architecture }: DriverTarget,
): DriverRefusal[] {
  const installed = name.toLowerCase();
  const isCoInstaller = coInstallers.some((file) => file.toLowerCase() === installed);
  if (service === null && !isCoInstaller && !installed.endsWith(".sys")) return [];
  if (program === null) return service === null ? [] : [{ code: "not-a-program", file: path }];
  return program.machine === architecture ? [] : [{ code: "wrong-machine", file: path, machine: program.machine }];
}
