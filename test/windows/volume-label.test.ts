import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KnownImagesFile } from "../../fixtures/known-images/compact.js";
import { parseVolumeLabel } from "../../src/windows/index.js";

const { images } = JSON.parse(readFileSync("data/known-images.json", "utf8")) as KnownImagesFile;
const labelled = images.filter((image) => image.volumeLabel !== undefined);
const observed = labelled.filter((image) => image.volumeLabelObserved === true);

describe("volume labels of official discs", () => {
  it("were observed on 52 of them", () => {
    expect(observed).toHaveLength(52);
  });

  it.each(observed.map((image) => [image.volumeLabel!, image] as const))("%s", (text, image) => {
    const label = parseVolumeLabel(text);
    const checked = image.edition === "Debug/Checked build";
    expect(label).toMatchObject({
      text,
      architecture: image.architecture,
      editionId: checked ? null : image.edition.replaceAll(" ", ""),
      // The checked discs of Service Pack 1 carry the RTM label.
      servicePack: checked ? null : image.release === "RTM" ? 0 : 1,
      language: image.language,
    });
  });

  it("follow the grammar for every row that has one, and tell the row's language", () => {
    expect(labelled.length).toBe(1260);
    for (const image of labelled) {
      const label = parseVolumeLabel(image.volumeLabel!);
      expect(label?.language?.startsWith(image.language), `${image.volumeLabel} of ${image.fileName}`).toBe(true);
      expect(label?.architecture).toBe(image.architecture);
    }
  });

  it.each([
    ["GSP1RMCNULFRER_EN_DVD", { editionId: "UltimateN", channel: "Retail", servicePack: 1, architecture: "x86" }],
    ["GRMCNENXVOL_EN_DVD", { editionId: "EnterpriseN", channel: "Volume", servicePack: 0, architecture: "x64" }],
    ["GRMCENEVAL_EN_DVD", { editionId: "Enterprise", channel: "Evaluation", servicePack: 0 }],
    ["GSP1RMCULFREO_DE_DVD", { editionId: "Ultimate", channel: "OEM", language: "de-DE" }],
    ["GRMCXCHK_EN_DVD", { editionId: null, channel: "Checked", servicePack: null, architecture: "x64" }],
    ["GSP1RMCULFRER_SRL_DVD", { languageCode: "SRL", language: "sr-Latn-CS" }],
    ["GSP1RMCULFRER_BR_DVD", { language: "pt-BR" }],
    ["GSP1RMCULFRER_PT_DVD", { language: "pt-PT" }],
    ["GSP1RMCULFRER_QQ_DVD", { languageCode: "QQ", language: null }],
    ["gsp1rmculfrer_en_dvd  ", { text: "GSP1RMCULFRER_EN_DVD" }],
  ])("%s", (text, expected) => {
    expect(parseVolumeLabel(text)).toMatchObject(expected);
  });

  it.each([
    "",
    "WIN7",
    "GRMCXLP1_DVD",
    "GSP1RMCMUFRER_EN_DVD",
    "GRMCEULFRER_EN_DVD",
    "GSP2RMCULFRER_EN_DVD",
    "GSP1RMCULFRER_EN",
    "GSP1RMCULFRER_ENGL_DVD",
    "GSP1RMCULCHK_EN_DVD",
    "XGSP1RMCULFRER_EN_DVD",
    "CCCOMA_X64FRE_EN-US_DV9",
  ])("%j is none of them", (text) => {
    expect(parseVolumeLabel(text)).toBeNull();
  });
});
