import { describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { caveats, editionFacts, identify, keyAdvice, supportStatus } from "../../src/windows/index.js";

const sp1 = await identify(await windows7Tree());
const rtm = await identify(await windows7Tree({ build: 7600, spBuild: 16385, spLevel: 0 }));
const x64 = await identify(await windows7Tree({ architecture: "x64" }));

describe("support", () => {
  it.each([
    ["2011-03-01T00:00:00Z", "supported", "supported"],
    ["2013-04-09T23:59:59Z", "supported", "supported"],
    ["2013-04-10T00:00:00Z", "supported", "ended"],
    ["2020-01-14T23:59:59Z", "supported", "ended"],
    ["2020-01-15T00:00:00Z", "extended-security-updates", "ended"],
    ["2023-01-10T23:59:59Z", "extended-security-updates", "ended"],
    ["2023-01-11T00:00:00Z", "ended", "ended"],
    ["2030-01-01T00:00:00Z", "ended", "ended"],
  ])("on %s is %s with Service Pack 1 and %s without", (now, withSp1, without) => {
    expect(supportStatus(sp1, Date.parse(now)).status).toBe(withSp1);
    expect(supportStatus(rtm, Date.parse(now)).status).toBe(without);
  });

  it("is not claimed to be known for other products", () => {
    expect(supportStatus({ ...sp1, product: "Windows 8" }, 0)).toMatchObject({ status: "unknown", supportEnd: null });
  });
});

describe("editions", () => {
  it.each([
    ["Starter", { memoryLimitGiB: { x86: 2, x64: null }, domainJoin: false, windowsXpMode: false, bitLocker: false }],
    ["HomePremiumN", { id: "HomePremium", memoryLimitGiB: { x86: 4, x64: 16 }, withoutMediaPlayer: true }],
    ["professional", { domainJoin: true, encryptingFileSystem: true, windowsXpMode: true, bitLocker: false }],
    ["ProfessionalK", { id: "Professional", withoutMediaPlayer: false }],
    ["EnterpriseKN", { bitLocker: true, appLocker: true, withoutMediaPlayer: true }],
    ["Ultimate", { bitLocker: true, switchesLanguages: true, physicalProcessors: 2 }],
  ])("%s", (id, facts) => {
    expect(editionFacts(id)).toMatchObject(facts);
  });

  it.each(["", "Core", "ServerStandard", "UltimateX", "constructor"])("%j is none of them", (id) => {
    expect(editionFacts(id)).toBeNull();
  });

  it.each([
    ["Retail", "Professional", /retail key for Professional/],
    ["OEM", null, /OEM key for the edition chosen in Setup/],
    ["Volume", "Enterprise", /takes no key/],
    ["Evaluation", "Enterprise", /limited time/],
    ["Checked", null, /debug build/],
  ])("what a key of channel %s must fit", (channel, edition, advice) => {
    expect(keyAdvice(channel, edition)).toMatch(advice);
  });

  it("where the image does not say, nothing is said of keys", () => {
    expect(keyAdvice(null, "Ultimate")).toBeNull();
  });
});

describe("caveats", () => {
  it("name what a 32-bit Windows 7 lacks", () => {
    const codes = caveats(sp1).map((caveat) => caveat.code);
    expect(codes).toEqual(["bios-only", "no-usb3", "no-nvme", "memory-4gib", "sha2-updates", "isolate"]);
  });

  it("leave out what only concerns x86", () => {
    const codes = caveats(x64).map((caveat) => caveat.code);
    expect(codes).toEqual(["no-usb3", "no-nvme", "sha2-updates", "isolate"]);
  });

  it("are not given for another Windows", () => {
    expect(caveats({ ...sp1, product: "Windows 10" })).toEqual([]);
  });
});
