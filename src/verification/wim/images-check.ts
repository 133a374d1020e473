/** Compares the images' trees with the lookup table and the XML data. */
import { agreeing, count } from "../../bytes/amounts.js";
import { reasonBehind } from "../../errors.js";
import type { WimImage } from "../../wim/image.js";
import { shortenedPath } from "../../wim/shortened.js";
import type { OpenSet } from "./parts.js";
import type { WimExecutor } from "./ports.js";
import type { ReportBuilder, WimPlace } from "./report.js";
import { placeLimit } from "./report.js";
import type { ForeignNames, ImageTally } from "./image-tally.js";
import type { MetadataResult } from "./tasks.js";

/** Damaged blobs for which the files are searched; with more of them, names no longer help. */
const namedBlobLimit = 1000;

/** Null where `seen` is one of the accepted numbers. */
function differ(what: string, seen: number, expected: readonly number[]): string | null {
  return expected.includes(seen) ? null : `${what} is ${seen}, but the tree has ${expected[0]}`;
}

/** Both need the size of every content. */
function sumProblems(image: WimImage, { totalBytes, hardLinkBytes }: ImageTally): (string | null)[] {
  return [
    differ("TOTALBYTES", image.totalBytes ?? totalBytes, [totalBytes]),
    differ("HARDLINKBYTES", image.hardLinkBytes ?? hardLinkBytes, [hardLinkBytes]),
  ];
}

export class Images {
  readonly #set: OpenSet;
  readonly #executor: WimExecutor;
  readonly #report: ReportBuilder;
  /** By blob id, over all images. */
  readonly #references: Uint32Array;
  /** By image; only those that have some. */
  readonly #foreignNames = new Map<number, ForeignNames>();
  /** Images whose tree could be walked. */
  readonly #walked: number[] = [];

  constructor(set: OpenSet, executor: WimExecutor, report: ReportBuilder) {
    this.#set = set;
    this.#executor = executor;
    this.#report = report;
    this.#references = new Uint32Array(set.blobs.length);
  }

  get #wim() {
    return this.#set.parts[0]!.wim;
  }

  /** Takes one image's result. */
  take(image: number, { problem, limit, tally }: MetadataResult): void {
    // What the report says begins with the WIM's name, and so does what a reader says.
    const said = (message: string): string => reasonBehind({ message }, this.#wim.name);
    if (limit !== null) {
      this.#report.note("wim-metadata", "warn", `the metadata of image ${image}: ${said(limit)}`, "wim-unsupported");
      return;
    }
    if (problem !== null || tally === null) {
      this.#fail(`the metadata of image ${image} is damaged: ${said(problem ?? "it has no tree")}`, image, []);
      return;
    }
    this.#walked.push(image);
    const { references, missing, missingCount, strayDescriptors, foreignNames } = tally;
    if (foreignNames !== null) this.#foreignNames.set(image, foreignNames);
    for (let blob = 0; blob < references.length; blob += 1) this.#references[blob]! += references[blob]!;
    for (const { path, hash } of missing) {
      this.#fail(
        `the content of ${shortenedPath(path)} in image ${image}, blob ${hash}, is missing`,
        image,
        [path],
        hash,
      );
    }
    const more = missingCount - missing.length;
    if (more > 0) {
      this.#fail(
        `${count(more, "more file")} of image ${image} ${agreeing(more, "has", "have")} no content`,
        image,
        [],
      );
    }
    if (strayDescriptors > 0) {
      const message = `${count(strayDescriptors, "entry")} of image ${image} ${agreeing(strayDescriptors, "names", "name")} a security descriptor that is not there`;
      this.#report.note("wim-metadata", "warn", `${this.#wim.name}: ${message}`);
    }
    this.#report.images.push({
      index: image,
      directories: tally.directories,
      files: tally.files,
      totalBytes: tally.totalBytes,
    });
    this.#report.images.sort((a, b) => a.index - b.index);
    const described = this.#wim.images.find(({ index }) => index === image);
    if (described !== undefined) this.#compareCounts(described, tally);
  }

  /**
   * Compares the sums with DIRCOUNT, FILECOUNT, TOTALBYTES and HARDLINKBYTES of the XML data. Tools differ in whether the root
   * and directories that are reparse points count as directories, so all of these numbers are accepted.
   */
  #compareCounts(image: WimImage, tally: ImageTally): void {
    const { directories, reparseDirectories, files } = tally;
    const all = directories + reparseDirectories;
    const directoryCount = image.directoryCount ?? directories;
    const directoryProblem = differ("DIRCOUNT", directoryCount, [directories, directories - 1, all, all - 1]);
    // wimlib's `update` forgets the folders that it makes on the way to what it adds.
    const isForgotten = directoryCount < directories;
    const counts = [
      isForgotten ? null : directoryProblem,
      differ("FILECOUNT", image.fileCount ?? files, [files, files - reparseDirectories]),
    ];
    const prefix = `${this.#wim.name}: the XML data of image ${image.index} is wrong`;
    for (const problem of counts) {
      if (problem === null) continue;
      const failure = { wim: this.#wim.name, message: `${prefix}: ${problem}`, places: [] };
      this.#report.fail({ check: "wim-counts", ...failure }, "wim-damaged");
    }
    // Imaging tools disagree about alternate streams of linked files, and Windows 7's own images have hard link groups that
    // are wrong: both change these sums, and nothing is damaged.
    const sums = [
      isForgotten ? directoryProblem : null,
      ...(tally.missingCount === 0 ? sumProblems(image, tally) : []),
    ];
    this.#report.note("wim-counts", "pass", "files, directories and bytes are as many as the XML data says");
    for (const problem of sums) if (problem !== null) this.#report.note("wim-counts", "warn", `${prefix}: ${problem}`);
  }

  /** One warning for all images, because the images of one system mostly have the same files. */
  tellForeignNames(): void {
    const found = [...this.#foreignNames].toSorted(([a], [b]) => a - b);
    const [first] = found;
    if (first === undefined) return;
    const { path } = first[1];
    const same = found.filter(([, names]) => names.path === path).map(([image]) => image);
    const others = found.reduce((sum, [, { count: names }]) => sum + names, 0) - same.length;
    const where = `${agreeing(same.length, "image")} ${same.join(", ")}`;
    const more = others === 0 ? "" : ` (and ${count(others, "more name")} like it)`;
    const what = `${JSON.stringify(shortenedPath(path))} in ${where} has a character that no name of Windows has${more}`;
    this.#report.note("wim-metadata", "warn", `${this.#wim.name}: ${what}: Windows cannot apply it`);
  }

  /** Warns where the lookup table's reference counts differ from the number of references in the trees. */
  compareReferences(): void {
    if (this.#walked.length < this.#wim.header.imageCount) return;
    let wrong = 0;
    const { blobs } = this.#set;
    for (let id = 0; id < blobs.length; id += 1) if (blobs.referenceCount(id) !== this.#references[id]) wrong += 1;
    for (const { referenceCount } of this.#set.parts[0]!.lookupTable.metadata) if (referenceCount !== 1) wrong += 1;
    this.#report.note("wim-references", "pass", "the reference counts are exact");
    if (wrong === 0) return;
    const message = `${count(wrong, "entry")} of the lookup table ${agreeing(wrong, "has", "have")} another reference count than the images' trees`;
    this.#report.note("wim-references", "warn", `${this.#wim.name}: ${message}`);
  }

  /** The files that have these blobs as content, by blob id. */
  async placesOf(blobs: readonly number[]): Promise<Map<number, WimPlace[]>> {
    const places = new Map<number, WimPlace[]>();
    if (blobs.length === 0) return places;
    for (const image of this.#walked.toSorted((a, b) => a - b)) {
      const { resource } = this.#set.parts[0]!.lookupTable.metadata[image - 1]!;
      const wanted = blobs.slice(0, namedBlobLimit);
      const result = await this.#executor.run({ kind: "paths", part: 0, resource, blobs: wanted, limit: placeLimit });
      for (const { blob, path } of result.paths) {
        const known = places.get(blob) ?? [];
        if (known.length < placeLimit) places.set(blob, [...known, { image, path }]);
      }
    }
    return places;
  }

  #fail(text: string, image: number, paths: readonly string[], blob?: string): void {
    const message = `${this.#wim.name}: ${text}`;
    const places = paths.map((path) => ({ image, path }));
    const failure = { check: "wim-metadata", wim: this.#wim.name, message, places } as const;
    this.#report.fail(blob === undefined ? failure : { ...failure, blob }, "wim-damaged");
  }
}
