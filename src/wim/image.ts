/** One image as the XML data describes it (wimlib's xml.c, element IMAGE). Null: the element is missing. */

export type WimArchitecture = "x86" | "x64" | "ia64" | "arm" | "arm64" | "unknown";

export type WimImage = {
  /** Counted from 1. */
  readonly index: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly displayName: string | null;
  readonly displayDescription: string | null;
  /** The edition id again on Microsoft's media; any text elsewhere. */
  readonly flags: string | null;
  /** Whether there is a WINDOWS element at all: an image of plain files has none. */
  readonly hasWindows: boolean;
  readonly architecture: WimArchitecture | null;
  readonly editionId: string | null;
  readonly productName: string | null;
  /** `WinNT` (client) or `ServerNT`. */
  readonly productType: string | null;
  readonly productSuite: string | null;
  /** `Client`, `Server`, `WindowsPE`. */
  readonly installationType: string | null;
  readonly hal: string | null;
  readonly systemRoot: string | null;
  readonly major: number | null;
  readonly minor: number | null;
  readonly build: number | null;
  readonly spBuild: number | null;
  readonly spLevel: number | null;
  readonly branch: string | null;
  /** BCP 47 names such as `de-DE`, in the document's order. */
  readonly languages: readonly string[];
  readonly defaultLanguage: string | null;
  readonly directoryCount: number | null;
  readonly fileCount: number | null;
  /** TOTALBYTES: bytes of all files, hard links counted each time. */
  readonly totalBytes: number | null;
  readonly hardLinkBytes: number | null;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly creationTime: number | null;
  readonly lastModificationTime: number | null;
};
