/** The command line as one table: commands, options and help. Nothing else is loaded until a command runs. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { parseSize } from "./format.js";
import type { CheckOptions, DrivesOptions, InspectOptions, VerifyOptions, WriteOptions } from "./options.js";
import { verifyRefusals, writeRefusals } from "./options.js";
import type { Terminal } from "./terminal.js";
import { packageVersion } from "../version.js";

const examples = `
Examples:
  win7usb verify win7.iso --deep         is it sound, genuine, what I need?
  win7usb inspect win7.iso               what is in it
  win7usb drives                         drives that can be written
  win7usb write win7.iso /dev/sdX        make a stick
  win7usb write win7.iso usb.img         make an image file (no root needed)
  win7usb check /dev/sdX                 is the stick still what was written?

Exit codes: 0 done, 2 usage, 3 image damaged, 4 image not what was asked for,
5 target refused, 6 writing failed, 7 verification failed, 130 interrupted.
`;

/** Runs the command that `argv` (without node and script) names; resolves to the exit code. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const set = (code: number): void => {
    exitCode = code;
  };
  const program = new Command("win7usb")
    .description("Checks a Windows 7 x86 ISO and lays it out as a bootable USB stick or image file.")
    .version(packageVersion, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", examples)
    .showHelpAfterError("(win7usb --help shows what can be asked for)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(text.replace(/^error:/, "win7usb:")),
    });
  addWrite(program, terminal, set);
  addVerify(program, terminal, set);
  addCheck(program, terminal, set);
  addInspect(program, terminal, set);
  addDrives(program, terminal, set);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for is no error; help because nothing was asked for is.
    const asked = error.code === "commander.helpDisplayed" || error.code === "commander.version";
    return asked || (error.code === "commander.help" && error.exitCode === 0) ? 0 : 2;
  }
  return exitCode;
}

type SetExitCode = (code: number) => void;

function addWrite(program: Command, terminal: Terminal, set: SetExitCode): void {
  program
    .command("write")
    .summary("make a bootable stick or image file")
    .description("Makes a bootable USB stick, or an image file of one, from a Windows 7 x86 ISO.")
    .argument("<iso>", "the ISO file")
    .argument("<target...>", "whole drives (/dev/sdX), or the path of an image file to create")
    .addOption(
      new Option(
        "-f, --filesystem <name>",
        "auto: FAT32, or NTFS where a file is over 4 GiB - 1; fat32 splits install.wim then",
      )
        .choices(["auto", "fat32", "ntfs"])
        .default("auto"),
    )
    .option("-l, --label <text>", "volume label (default: the ISO's own)")
    .option("-y, --yes", "do not ask before a drive is erased")
    .option("-n, --dry-run", "show what would be written, and write nothing")
    .option("--size <n[K|M|G|T]>", "size of the image file (default: the smallest that holds it)", sizeArgument)
    .option("--no-verify", "do not read back what was written, and leave no manifest for check")
    .option("--only-changed", "write only the blocks that differ (drives; reads first)")
    .option("--force", "replace an existing image file")
    .addOption(allowOption(writeRefusals))
    .option("--json", "one event a line on stdout")
    .action(async (iso: string, targets: string[], options: WriteOptions) => {
      const { writeCommand } = await import("./commands/write.js");
      set(await writeCommand(iso, targets, options, terminal));
    });
}

function addVerify(program: Command, terminal: Terminal, set: SetExitCode): void {
  program
    .command("verify")
    .summary("say whether an ISO is sound, genuine, and what you need")
    .description("Checks an ISO before it is written: is it whole, known by its hash, sound inside?")
    .argument("<iso>", "the ISO file, or an optical drive")
    .option("--deep", "decompress every file of every WIM and compare its SHA-1")
    .option("--md5", "tell the MD5 too, beside SHA-1 and SHA-256")
    .addOption(
      new Option(
        "--require <k=v...>",
        "edition=Professional, arch=x86, sp=1, language=en-US, genuine: exit 4 where one is not met",
      ).default([], "none"),
    )
    .addOption(allowOption(verifyRefusals))
    .option("--verbose", "every check, hash and edition")
    .option("--json", "one object on stdout")
    .action(async (iso: string, options: VerifyOptions) => {
      const { verifyCommand } = await import("./commands/verify.js");
      set(await verifyCommand(iso, options, terminal));
    });
}

function addCheck(program: Command, terminal: Terminal, set: SetExitCode): void {
  program
    .command("check")
    .summary("say whether a stick or image file is still what was written")
    .description("Reads a stick or image file whole and names what is not as it was written, by file and place.")
    .argument("<target>", "a whole drive (/dev/sdX), or an image file")
    .option("--iso <iso>", "compare with this ISO, to the byte (default: with the manifest that write left)")
    .option("-l, --label <text>", "with --iso, where the manifest is lost: the label it was written with")
    .option("--json", "one object on stdout")
    .action(async (target: string, options: CheckOptions) => {
      const { checkCommand } = await import("./commands/check.js");
      set(await checkCommand(target, options, terminal));
    });
}

function addInspect(program: Command, terminal: Terminal, set: SetExitCode): void {
  program
    .command("inspect")
    .summary("say what is in an ISO")
    .description("Says which Windows an ISO holds: edition, service pack, language, and what looks wrong.")
    .argument("<iso>", "the ISO file")
    .option("--verbose", "every edition, boot image and check")
    .option("--json", "one object on stdout")
    .action(async (iso: string, options: InspectOptions) => {
      const { inspectCommand } = await import("./commands/inspect.js");
      set(await inspectCommand(iso, options, terminal));
    });
}

function addDrives(program: Command, terminal: Terminal, set: SetExitCode): void {
  program
    .command("drives")
    .summary("list the drives that can be written")
    .description("Lists the drives that can be written, and with --all the others with the reason.")
    .option("--all", "also the drives that would be refused, and why")
    .option("--json", "one object on stdout")
    .action(async (options: DrivesOptions) => {
      const { drivesCommand } = await import("./commands/drives.js");
      set(await drivesCommand(options, terminal));
    });
}

/** A name that is mistyped must not look as if it had lifted something. */
function allowOption(names: readonly string[]): Option {
  return new Option("--allow <name...>", "lift a refusal by its name").choices(names).default([], "none");
}

function sizeArgument(text: string): number {
  const size = parseSize(text);
  if (size === undefined) throw new InvalidArgumentError("Give a size such as 8G, 512M or 4294967296.");
  return size;
}
