/**
 * The frame of an answer file, as _Unattended Windows Setup Reference for Windows 7_ has it: `unattend` with its namespace,
 * `settings` for passes that exist, and components with the attributes by which Setup finds them.
 */
import { shortened } from "../../../wim/shortened.js";
import type { AnswerElement } from "./document.js";

const namespace = "urn:schemas-microsoft-com:unattend";
const passes = ["windowsPE", "offlineServicing", "generalize", "specialize", "auditSystem", "auditUser", "oobeSystem"];
/** Of all components that Microsoft made. */
const publicKeyToken = "31bf3856ad364e35";
const componentAttributes = ["name", "processorArchitecture", "publicKeyToken", "language", "versionScope"] as const;
/** What a component for 32-bit programs of a 64-bit Windows says; it has no other architecture to stand for. */
const onlyOn64Bits = "wow64";

export type Frame = {
  /** Sentences without a full stop, with their lines. */
  readonly problems: readonly string[];
  /** Components that Setup takes. */
  readonly components: readonly AnswerElement[];
  /** Components for other architectures beside one that is taken. */
  readonly passedOver: number;
};

/** `architecture`: as Setup's, such as `x86` or `amd64`. */
export function readFrame(root: AnswerElement, architecture: string): Frame {
  const problems: string[] = [];
  const found: AnswerElement[] = [];
  if (root.name !== "unattend") problems.push(at(root, `the root is <${named(root.name)}>, expected <unattend>`));
  else if (root.attributes["xmlns"] !== namespace) problems.push(at(root, `<unattend> is not of xmlns="${namespace}"`));
  for (const child of root.children) {
    if (child.name === "settings") found.push(...componentsOf(child, problems));
    else if (!["servicing", "offlineImage"].includes(child.name)) problems.push(unexpected(child, root));
  }
  for (const component of found) problems.push(...attributeProblems(component));
  const isTaken = ({ attributes }: AnswerElement): boolean => attributes["processorArchitecture"] === architecture;
  const taken = new Set(found.filter(isTaken).map(keyOf));
  const others = found.filter((component) => !isTaken(component));
  for (const other of others) {
    const { name, processorArchitecture } = other.attributes;
    if (taken.has(keyOf(other)) || processorArchitecture === onlyOn64Bits || processorArchitecture === undefined)
      continue;
    const message = `${named(name ?? "a component")} is for ${named(processorArchitecture)} alone, expected ${architecture}`;
    problems.push(at(other, message));
  }
  if (problems.length === 0 && taken.size === 0) problems.push(`it has no component for ${architecture}`);
  return { problems, components: found.filter(isTaken), passedOver: others.length };
}

function componentsOf(settings: AnswerElement, problems: string[]): AnswerElement[] {
  const { pass, wasPassProcessed } = settings.attributes;
  if (pass === undefined || !passes.includes(pass)) {
    const seen = pass === undefined ? "has no pass" : `has the pass ${JSON.stringify(named(pass))}`;
    problems.push(at(settings, `<settings> ${seen}, expected one of ${passes.join(", ")}`));
  }
  if (wasPassProcessed === "true") {
    problems.push(at(settings, "the pass is marked as processed: it is the copy of a Setup that was, which skips it"));
  }
  for (const child of settings.children) if (child.name !== "component") problems.push(unexpected(child, settings));
  return settings.children.filter(({ name }) => name === "component");
}

function attributeProblems(component: AnswerElement): string[] {
  const { attributes } = component;
  const missing = componentAttributes.filter((name) => (attributes[name] ?? "") === "");
  if (missing.length > 0) return [at(component, `<component> has no ${missing.join(", ")}`)];
  if (attributes["publicKeyToken"] === publicKeyToken) return [];
  return [at(component, `<component> has another publicKeyToken than ${publicKeyToken}`)];
}

/** Components of one pass that stand for each other. */
function keyOf({ attributes, parent }: AnswerElement): string {
  return `${parent?.attributes["pass"] ?? ""}/${attributes["name"] ?? ""}`;
}

function unexpected(child: AnswerElement, parent: AnswerElement): string {
  return at(child, `<${named(child.name)}> is not expected in <${parent.name}>`);
}

/** A sentence with its place. */
export function at({ line }: AnswerElement, sentence: string): string {
  return `line ${line}: ${sentence}`;
}

/** A name of the file's, as short as real ones are. */
function named(name: string): string {
  return shortened(name, longestName);
}
const longestName = 80;
