/** Recorded systems: what /sys and /proc say, and which drives, mounts and system disks follow from it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { GiB } from "../../src/bytes/units.js";
import { readLinuxDevices } from "../../src/drive/linux-devices.js";
import { deviceNumberText } from "../../src/drive/linux-sysfs.js";
import { drivesOfLinux, drivesUnder } from "../../src/drive/linux-drives.js";
import { mountOf, parseMountinfo, parseSwaps } from "../../src/drive/linux-mounts.js";

type DeviceRecord = {
  readonly number: string;
  readonly size?: number;
  /** Folder below /sys/devices that the drive's folder is in. */
  readonly at?: string;
  readonly files?: Record<string, string>;
  readonly partitions?: Record<string, { number: string; holders?: string[] }>;
  readonly holders?: string[];
  readonly slaves?: string[];
};

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

type SystemRecord = {
  readonly devices: Record<string, DeviceRecord>;
  readonly mounts?: string[];
  readonly swaps?: string[];
  /** Links in /dev by their path there. */
  readonly links?: Record<string, string>;
};

function recorded({ devices, mounts = [], swaps = [], links = {} }: SystemRecord): string {
  const root = mkdtempSync(join(tmpdir(), "win7usb-sys-"));
  roots.push(root);
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  };
  for (const [name, device] of Object.entries(devices)) {
    const folder = join("sys/devices", device.at ?? "virtual", "block", name);
    put(join(folder, "dev"), device.number);
    put(join(folder, "size"), String((device.size ?? 16 * GiB) / 512));
    put(join(folder, "removable"), "0");
    put(join(folder, "ro"), "0");
    for (const [file, text] of Object.entries(device.files ?? {})) put(join(folder, file), text);
    for (const holder of device.holders ?? []) put(join(folder, "holders", holder), "");
    for (const slave of device.slaves ?? []) put(join(folder, "slaves", slave), "");
    for (const [partition, { number, holders = [] }] of Object.entries(device.partitions ?? {})) {
      put(join(folder, partition, "dev"), number);
      put(join(folder, partition, "size"), "2048");
      put(join(folder, partition, "partition"), "1");
      for (const holder of holders) put(join(folder, partition, "holders", holder), "");
    }
    mkdirSync(join(root, "sys/block"), { recursive: true });
    symlinkSync(relative(join(root, "sys/block"), join(root, folder)), join(root, "sys/block", name));
  }
  put("proc/self/mountinfo", mounts.map((line, index) => `${30 + index} 1 ${line}`).join("\n"));
  put("proc/swaps", ["Filename Type Size Used Priority", ...swaps.map((path) => `${path} file 1 0 -2`)].join("\n"));
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  return root;
}

const usb = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0";
const sata = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0";
const systemDisk: DeviceRecord = { number: "8:0", at: sata, partitions: { sda1: { number: "8:1" } } };
const stick: DeviceRecord = { number: "8:16", at: usb, partitions: { sdb1: { number: "8:17" } } };
const rootOn = (number: string, source: string): string => `${number} / / rw shared:1 - ext4 ${source} rw`;

async function drivesIn(record: SystemRecord): Promise<ReturnType<typeof drivesOfLinux>> {
  return drivesOfLinux(await readLinuxDevices(recorded(record)));
}

describe("drives of a recorded system", () => {
  it("are described by what they say of themselves", async () => {
    const root = recorded({
      devices: {
        sdb: {
          ...stick,
          files: {
            removable: "1",
            diskseq: "12",
            "queue/logical_block_size": "512",
            "device/vendor": "SanDisk ",
            "device/model": "Ultra           ",
            "device/type": "0",
          },
        },
      },
      mounts: [rootOn("0:30", "overlay"), "8:17 / /media/me/WIN\\0407 rw - vfat /dev/sdb1 rw"],
    });
    const port = join(root, "sys/devices/pci0000:00/0000:00:14.0/usb2/2-1");
    writeFileSync(join(port, "idVendor"), "0781\n");
    writeFileSync(join(port, "serial"), "4C530001\n");
    expect(drivesOfLinux(await readLinuxDevices(root))).toEqual([
      {
        path: "/dev/sdb",
        size: 16 * GiB,
        logicalBlockSize: 512,
        model: "SanDisk Ultra",
        serial: "4C530001",
        bus: "usb",
        removable: true,
        readOnly: false,
        system: false,
        mountpoints: [{ path: "/media/me/WIN 7", device: "/dev/sdb1" }],
        partitions: [{ path: "/dev/sdb1", size: 1048576 }],
        holders: [],
        backingFile: null,
        sequence: 12,
        port: "2-1",
      },
    ]);
  });

  it.each([
    { name: "sdc", at: usb, files: {}, bus: "usb", removable: true },
    { name: "sdd", at: sata, files: {}, bus: "sata", removable: false },
    { name: "sdf", at: sata, files: { removable: "1" }, bus: "sata", removable: false },
    { name: "nvme0n1", at: "pci0000:00/0000:01:00.0/nvme/nvme0", files: {}, bus: "nvme", removable: false },
    { name: "mmcblk0", at: "platform/mmc0/mmc0:aaaa", files: { "device/type": "SD" }, bus: "mmc", removable: true },
    { name: "mmcblk1", at: "platform/mmc1/mmc1:0001", files: { "device/type": "MMC" }, bus: "emmc", removable: false },
    { name: "vda", at: "pci0000:00/virtio1", files: {}, bus: "virtio", removable: false },
    { name: "loop0", files: { removable: "1" }, bus: "loop", removable: false },
    { name: "cciss!c0d0", files: {}, bus: "unknown", removable: false },
  ])("$name is on $bus, removable: $removable", async ({ name, at, files, bus, removable }) => {
    const device: DeviceRecord = { number: "8:32", files, ...(at === undefined ? {} : { at }) };
    const [drive] = await drivesIn({ devices: { [name]: device } });
    expect(drive).toMatchObject({ path: `/dev/${name.replace("!", "/")}`, bus, removable, system: false });
  });

  it("are not those without a medium, in memory, optical, or built on others", async () => {
    const devices = {
      sr0: { number: "11:0", at: sata, files: { "device/type": "5" } },
      sde: { number: "8:64", at: usb, size: 0 },
      zram0: { number: "253:0" },
      "dm-0": { number: "254:0" },
      md127: { number: "9:127" },
      loop3: { number: "7:3", size: 0 },
      // The two boot areas of an eMMC are disks of the kernel with a folder of their own in /sys/block.
      mmcblk1boot0: { number: "179:256", size: 4194304, at: "platform/mmc1/mmc1:0001/block/mmcblk1" },
      mmcblk1rpmb: { number: "237:0", size: 4194304, at: "platform/mmc1/mmc1:0001/block/mmcblk1" },
    };
    expect(await drivesIn({ devices })).toEqual([]);
  });

  it.each([
    { how: "directly", record: { mounts: [rootOn("8:1", "/dev/sda1")] } },
    { how: "as /boot/efi", record: { mounts: ["8:1 / /boot/efi rw - vfat /dev/sda1 rw"] } },
    { how: "as btrfs with a number of its own", record: { mounts: ["0:29 /@ / rw - btrfs /dev/sda1 rw"] } },
    { how: "as a swap partition", record: { swaps: ["/dev/sda1"] } },
    {
      how: "by a swap file",
      record: { mounts: ["8:1 / /data rw - ext4 /dev/sda1 rw"], swaps: ["/data/swap\\040file"] },
    },
    {
      how: "under an overlay root",
      record: {
        mounts: [
          "0:30 / / rw - overlay overlay rw,lowerdir=/run/lower/a:/run/lower/b,upperdir=/run/upper,workdir=/w",
          "8:1 / /run/upper rw - ext4 /dev/sda1 rw",
        ],
      },
    },
  ])("carry the system $how", async ({ record }) => {
    const drives = await drivesIn({ devices: { sda: systemDisk, sdb: stick }, ...record });
    expect(drives.map(({ path, system }) => [path, system])).toEqual([
      ["/dev/sda", true],
      ["/dev/sdb", false],
    ]);
  });

  it("carry the system behind dm-crypt and LVM, and say so of the holders", async () => {
    const drives = await drivesIn({
      devices: {
        sda: { ...systemDisk, partitions: { sda1: { number: "8:1" }, sda2: { number: "8:2", holders: ["dm-0"] } } },
        sdb: stick,
        "dm-0": { number: "254:0", slaves: ["sda2"], holders: ["dm-1"] },
        "dm-1": { number: "254:1", slaves: ["dm-0"] },
      },
      mounts: ["254:1 / / rw - ext4 /dev/mapper/vg-root rw"],
      links: { "dev/mapper/vg-root": "../dm-1" },
    });
    expect(drives[0]).toMatchObject({
      system: true,
      holders: ["/dev/dm-0", "/dev/dm-1"],
      mountpoints: [{ path: "/", device: "/dev/dm-1" }],
    });
    expect(drives[1]).toMatchObject({ system: false, holders: [], mountpoints: [] });
  });

  it("carry a live system whose root is a file on the stick", async () => {
    const record: SystemRecord = {
      devices: {
        sda: systemDisk,
        sdb: stick,
        loop0: { number: "7:0", files: { "loop/backing_file": "/somewhere/live/filesystem.squashfs" } },
      },
      mounts: [
        "0:30 / / rw - overlay overlay rw,lowerdir=/run/rootfs,upperdir=/run/cow,workdir=/w",
        "7:0 / /run/rootfs ro - squashfs /dev/loop0 ro",
        "8:17 / /somewhere/live ro - vfat /dev/sdb1 ro",
      ],
    };
    const drives = await drivesIn(record);
    expect(drives.map(({ path, system }) => [path, system])).toEqual([
      ["/dev/loop0", true],
      ["/dev/sda", false],
      ["/dev/sdb", true],
    ]);
  });

  it("hold the image through every layer", async () => {
    const system = await readLinuxDevices(
      recorded({
        devices: { sda: systemDisk, sdb: stick },
        mounts: [rootOn("8:1", "/dev/sda1"), "8:17 / /media/usb rw - vfat /dev/sdb1 rw"],
      }),
    );
    expect(drivesUnder(system, "/media/usb/iso/win7.iso")).toEqual(["/dev/sdb"]);
    expect(drivesUnder(system, "/media/usbx/win7.iso")).toEqual(["/dev/sda"]);
    expect(drivesUnder(system, system.devices.get("sdb1")!)).toEqual(["/dev/sdb"]);
  });
});

describe("what /proc says", () => {
  it("is read with its escapes and optional fields", () => {
    const text = [
      "36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue",
      "37 35 0:5 / /dev rw - devtmpfs devtmpfs rw",
      "broken line",
    ].join("\n");
    expect(parseMountinfo(text)).toEqual([
      { deviceNumber: "98:0", path: "/mnt/a b", fileSystem: "ext3", sources: ["/dev/root"], layers: [] },
      { deviceNumber: "0:5", path: "/dev", fileSystem: "devtmpfs", sources: ["devtmpfs"], layers: [] },
    ]);
    expect(parseSwaps("Filename\tType\n/dev/dm-2  partition 1 0 -2\n")).toEqual(["/dev/dm-2"]);
  });

  it("finds the mount a path lies on, the latest of several", () => {
    const mounts = parseMountinfo(
      ["1 1 8:1 / / rw - ext4 a rw", "2 1 8:2 / /mnt rw - ext4 b rw", "3 1 8:3 / /mnt rw - ext4 c rw"].join("\n"),
    );
    expect(mountOf(mounts, "/mnt/x")?.sources).toEqual(["c"]);
    expect(mountOf(mounts, "/mnt")?.sources).toEqual(["c"]);
    expect(mountOf(mounts, "/mntx")?.sources).toEqual(["a"]);
  });

  it("names device numbers as sysfs does", () => {
    expect(deviceNumberText(0x0801)).toBe("8:1");
    expect(deviceNumberText(0x10_3f_05)).toBe("63:261");
  });
});

describe("a loop device over a drive", () => {
  const loop = (number: string, file: string, more: Partial<DeviceRecord> = {}): DeviceRecord => ({
    number,
    files: { "loop/backing_file": file },
    ...more,
  });
  const mounted = "7:0 / /mnt rw shared:2 - ext4 /dev/loop0 rw";

  it.each([
    ["mounted", { loop0: loop("7:0", "/dev/sdb") }, [mounted], ["/mnt"], ["/dev/loop0"]],
    ["over a partition, mounted", { loop0: loop("7:0", "/dev/sdb1") }, [mounted], ["/mnt"], ["/dev/loop0"]],
    [
      "over a loop device, mounted",
      { loop0: loop("7:0", "/dev/loop1"), loop1: loop("7:1", "/dev/sdb") },
      [mounted],
      ["/mnt"],
      ["/dev/loop0", "/dev/loop1"],
    ],
    [
      "with a partition that is mounted",
      { loop0: loop("7:0", "/dev/sdb", { partitions: { loop0p1: { number: "259:0" } } }) },
      ["259:0 / /mnt rw shared:2 - ext4 /dev/loop0p1 rw"],
      ["/mnt"],
      ["/dev/loop0", "/dev/loop0p1"],
    ],
    [
      "under device mapper, mounted",
      {
        loop0: loop("7:0", "/dev/sdb", { holders: ["dm-0"] }),
        "dm-0": { number: "253:0", slaves: ["loop0"] },
      },
      ["253:0 / /mnt rw shared:2 - ext4 /dev/mapper/x rw"],
      ["/mnt"],
      ["/dev/dm-0", "/dev/loop0"],
    ],
    ["that nothing uses", { loop0: loop("7:0", "/dev/sdb") }, [], [], ["/dev/loop0"]],
  ] satisfies [string, Record<string, DeviceRecord>, string[], string[], string[]][])(
    "%s is use of the drive, and no drive itself",
    async (_, loops, mounts, paths, holders) => {
      const drives = await drivesIn({
        devices: { sda: systemDisk, sdb: stick, ...loops },
        mounts: [rootOn("8:1", "/dev/sda1"), ...mounts],
      });
      expect(drives.map(({ path }) => path)).toEqual(["/dev/sda", "/dev/sdb"]);
      const found = drives[1]!;
      expect(found.mountpoints.map(({ path }) => path)).toEqual(paths);
      expect(found.holders.toSorted()).toEqual(holders);
    },
  );

  it("that holds the image makes the drive the image's", async () => {
    const system = await readLinuxDevices(
      recorded({ devices: { sda: systemDisk, sdb: stick, loop0: loop("7:0", "/dev/sdb") }, mounts: [mounted] }),
    );
    expect(drivesUnder(system, "/mnt/win7.iso").toSorted()).toEqual(["/dev/loop0", "/dev/sdb"]);
  });

  it("with the running system on it makes the drive the system's", async () => {
    const drives = await drivesIn({
      devices: { sdb: stick, loop0: loop("7:0", "/dev/sdb") },
      mounts: [rootOn("7:0", "/dev/loop0")],
    });
    expect(drives.map(({ path, system }) => [path, system])).toEqual([["/dev/sdb", true]]);
  });
});
