/** What is asked to be changed in an image's files before they are laid out; a check of the stick is given the same. */
export type EditChoices = {
  /**
   * The edition that Setup is to install, as people write it (`Professional`, `home premium`), or `menu`: Setup lists all
   * that the image has. Default: as the image has it.
   */
  readonly edition?: string | undefined;
};

/** Whether anything is to be changed. */
export function isAnyAsked({ edition }: EditChoices): boolean {
  return edition !== undefined;
}
