/** Choices of a caller without types: a typed error that has those that there are. */
import { expect, it } from "vitest";
import { allCommands } from "../../src/cli/table/program.js";
import type { Win7UsbError } from "../../src/errors.js";
import { requireKnownChoices, requireKnownRequirements } from "../../src/steps/known-choices.js";
import { planDisk } from "../../src/volumes/index.js";
import { tree } from "../support/memory-tree.js";

function refused(call: () => unknown): Win7UsbError {
  try {
    call();
  } catch (error) {
    return error as Win7UsbError;
  }
  throw new Error("it was not refused");
}

it.each([
  [{ fileSystem: "exfat" }, "fileSystem", "fat32"],
  [{ fileSystem: null }, "fileSystem", "ntfs"],
  [{ allow: ["fixed_disk"] }, "allow", "fixed-disk"],
  [{ allow: "rtm" }, "allow", "rtm"],
  [{ size: "8G" }, "size", "a whole number of bytes above 0"],
  [{ size: -1 }, "size", "a whole number of bytes above 0"],
  [{ label: 5 }, "label", "a text"],
  [{ edition: 5 }, "edition", "a text"],
  [{ answerFile: null }, "answerFile", "a text"],
  [{ add: ["folder"] }, "add", "a list of { folder, at }"],
  [{ force: "yes" }, "force", "true"],
  [{ bootPrompt: 1 }, "bootPrompt", "false"],
])("%j is refused by name", (choices, choice, one) => {
  const { code, data, message } = refused(() => requireKnownChoices(choices));
  expect([code, data["choice"], message.includes(choice)]).toEqual(["usage", choice, true]);
  expect(data["choices"]).toContain(one);
});

it.each([[[{ name: "colour", value: "x" }]], [[{ name: "sp", value: 2 }]], [[{ name: "arch" }]], [[null]], ["sp=1"]])(
  "the requirements %j are refused",
  (requirements) => expect(refused(() => requireKnownRequirements(requirements)).code).toBe("usage"),
);

it("a plan's file system is one that there is", () => {
  const options = { fileSystem: "exfat", label: "" } as never;
  expect(refused(() => planDisk(tree(), { diskSize: 2 ** 30 }, options)).data["choices"]).toEqual(["fat32", "ntfs"]);
});

it("all that the command line knows is known", () => {
  const lists = allCommands.flatMap(({ options }) => options.filter(({ long }) => long === "allow"));
  const allow = lists.flatMap((option) => (option.kind === "list" ? (option.choices ?? []) : []));
  expect(allow.length).toBeGreaterThan(10);
  const known = refused(() => requireKnownChoices({ allow: ["nothing"] })).data["choices"];
  expect(known).toEqual(expect.arrayContaining(allow));
  for (const name of allow) requireKnownChoices({ allow: [name], fileSystem: "auto", size: 1, verify: false });
});
