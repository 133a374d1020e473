/** What an answer file asks of the image, and what it holds that nobody else should read. */
import { shortened } from "../../../wim/shortened.js";
import type { AnswerElement } from "./document.js";
import { childNamed, elementsIn } from "./document.js";
import { at } from "./components.js";

/** An image of install.wim as an answer file names it. */
export type InstallableImage = {
  readonly index: number;
  readonly name: string | null;
  readonly description: string | null;
};

/** Five groups of five, of the letters and digits that product keys of Windows 7 are made of. */
const keyForm = /^[BCDFGHJKMPQRTVWXY2346789]{5}(?:-[BCDFGHJKMPQRTVWXY2346789]{5}){4}$/i;
const passwordNames = ["Password", "AdministratorPassword"];

export type Contents = {
  readonly problems: readonly string[];
  /** Index of the image that is chosen; null where none is. */
  readonly imageIndex: number | null;
  readonly hasKey: boolean;
  readonly hasPassword: boolean;
};

export function readContents(components: readonly AnswerElement[], images: readonly InstallableImage[]): Contents {
  const problems: string[] = [];
  let imageIndex: number | null = null;
  let hasKey = false;
  let hasPassword = false;
  for (const component of components) {
    for (const element of elementsIn(component)) {
      if (isKey(element)) {
        hasKey = true;
        if (!keyForm.test(element.text)) problems.push(at(element, "the product key has not the form of one"));
      }
      if (passwordNames.includes(element.name) && element.children.some(({ text }) => text !== "")) hasPassword = true;
      if (element.name !== "MetaData") continue;
      const chosen = chosenImage(element, images);
      if (typeof chosen === "string") problems.push(at(element, chosen));
      else imageIndex = chosen ?? imageIndex;
    }
  }
  return { problems, imageIndex, hasKey, hasPassword };
}

/** `ProductKey` of Shell-Setup is the key itself, that of Setup has it in `Key`. */
function isKey({ name, parent, children }: AnswerElement): boolean {
  if (name === "Key") return parent?.name === "ProductKey";
  return name === "ProductKey" && children.length === 0;
}

/** Its index; undefined where something else than an image is named, a sentence where the image has none such. */
function chosenImage(element: AnswerElement, images: readonly InstallableImage[]): number | string | undefined {
  const key = childNamed(element, "Key")?.text.toUpperCase();
  const value = childNamed(element, "Value")?.text ?? "";
  const texts: Readonly<Record<string, (image: InstallableImage) => string | null>> = {
    "/IMAGE/INDEX": ({ index }) => String(index),
    "/IMAGE/NAME": ({ name }) => name,
    "/IMAGE/DESCRIPTION": ({ description }) => description,
  };
  const textOf = key !== undefined && Object.hasOwn(texts, key) ? texts[key] : undefined;
  if (textOf === undefined) return undefined;
  const found = images.find((image) => textOf(image)?.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found.index;
  const held = images.map(({ index, name }) => `${index} ${JSON.stringify(name ?? "")}`).join(", ");
  return `there is no image with ${key} ${JSON.stringify(shortened(value))}, the ISO has ${shortened(held, longestList)}`;
}

/** Characters: of the images that any disc has. */
const longestList = 600;
