/** What ends the reading of a cabinet; what becomes of it is the caller's to say. */

/** `unsupported`: it may be sound, and is not read here. */
export type CabinetFaultKind = "not-a-cabinet" | "damaged" | "unsupported";

/** Its message is the end of a sentence that has named the file: `it ends in the middle of block 3`. */
export class CabinetFault extends Error {
  readonly kind: CabinetFaultKind;

  constructor(kind: CabinetFaultKind, message: string) {
    super(message);
    this.name = "CabinetFault";
    this.kind = kind;
  }
}

export const damagedCabinet = (message: string): CabinetFault => new CabinetFault("damaged", message);
export const unsupportedCabinet = (message: string): CabinetFault => new CabinetFault("unsupported", message);
