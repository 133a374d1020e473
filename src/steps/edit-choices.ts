/** What is asked to be changed in an image's files before they are laid out; a check of the stick is given the same. */
export type EditChoices = {
  /** Folders whose files are laid over the image's, in this order. Default: none. */
  readonly add?: readonly AddedFolder[] | undefined;
  /**
   * Folders of drivers (INF packages) for the image's Windows 7: what serves Setup goes into boot.wim, all that serves Windows
   * into `$WinPEDriver$` of the stick. Default: none.
   */
  readonly drivers?: readonly string[] | undefined;
  /**
   * The edition that Setup is to install, as people write it (`Professional`, `home premium`), or `menu`: Setup lists all
   * that the image has. Default: as the image has it.
   */
  readonly edition?: string | undefined;
  /**
   * A folder of updates (.msu, .cab) for the image's Windows 7, which the machine installs, in order, when Setup is done.
   * Default: none.
   */
  readonly updates?: string | undefined;
  /** Path of an answer file, or its bytes: it is checked and becomes `Autounattend.xml` in the stick's root. Default: none. */
  readonly answerFile?: string | Uint8Array | undefined;
};

/** A folder of the host. */
export type AddedFolder = {
  readonly folder: string;
  /** Where its files go, as a path on the stick. Default: its root. */
  readonly at?: string | undefined;
};

/** Paths of the host's files and folders that go onto the stick. */
export function inputPaths({ add = [], drivers = [], answerFile, updates }: EditChoices): string[] {
  const single = [updates, answerFile].filter((path) => typeof path === "string");
  return [...add.map(({ folder }) => folder), ...drivers, ...single];
}

/** Whether anything is to be changed. */
export function isAnyAsked({ add = [], drivers = [], edition, answerFile, updates }: EditChoices): boolean {
  return [edition, answerFile, updates].some((each) => each !== undefined) || add.length > 0 || drivers.length > 0;
}
