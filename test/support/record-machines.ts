/** The machines of `test/drive/recorded/linux/`: their hardware, how they come to their root, and what runs on them. */
import { GiB, MiB } from "../../src/bytes/units.js";

export type RecordedMachine = {
  readonly name: string;
  readonly about: string;
  /** Bytes of the image files, which are empty, by their names in `hardware`. */
  readonly media: Readonly<Record<string, number>>;
  /** QEMU's parameters. */
  readonly hardware: readonly string[];
  /** Shell lines that make the root and mount it on /newroot. */
  readonly prepare: string;
  /** Shell lines that run on that root. */
  readonly running: string;
};

const usb3 = "-device qemu-xhci,id=xhci,p2=8,p3=8";
const ahci = "-machine q35 -device ich9-ahci,id=sata";
const medium = (name: string, more = ""): string => `-drive if=none,id=${name},format=raw,file=${name}${more}`;
const sata = (name: string, port: number, more = ""): string =>
  `${medium(name)} -device ide-hd,bus=sata.${port},drive=${name},serial=SATA-${name.toUpperCase()}${more}`;
const nvme = (name: string, more = ""): string =>
  `${medium(name)} -device nvme,id=${name}-c,serial=NVME-${name.toUpperCase()} -device nvme-ns,bus=${name}-c,drive=${name}${more}`;
const stick = (name: string, more = ""): string =>
  `${medium(name, more)} -device usb-storage,bus=xhci.0,drive=${name},serial=USB-${name.toUpperCase()},removable=on`;
/** A USB hard disk or SSD: USB attached SCSI, and nothing that says removable. */
const usbDisk = (name: string): string =>
  `${medium(name)} -device usb-uas,bus=xhci.0,id=${name}-u,serial=UAS-${name.toUpperCase()} -device scsi-hd,bus=${name}-u.0,drive=${name}`;

/** What is printed on them as 16 GB, 250 GB, 1 TB and 4 TB. */
const sizes = { stick: 15_376_318_464, small: 250_059_350_016, usual: 1_000_204_886_016, large: 4_000_787_030_016 };

/** One FAT partition, as shops sell sticks. */
const shopStick = (device: string): string =>
  `echo ',,c,*' | sfdisk -q --label dos ${device}; udevadm settle; mkfs.vfat -n WIN ${device}1`;
const partitions = (device: string, ...lines: string[]): string =>
  `printf '${lines.map((line) => `${line}\\n`).join("")}' | sfdisk -q --label gpt ${device}; udevadm settle`;

/** The disk that a machine starts from where the root is not what is shown. */
const plainRoot = (device: string): string => `
${partitions(device, ",64M,U", ",,L")}
mkfs.vfat ${device}1; mkfs.ext4 -q ${device}2; mount ${device}2 /newroot; mkdir -p /newroot/boot/efi /newroot/media`;

/** A squashfs with folders only: what is in a live system's root does not matter, how it is mounted does. */
const squashfs = (path: string): string =>
  `modprobe loop; mkdir -p /tmp/root/media; mksquashfs /tmp/root ${path} -quiet -no-progress`;

export const machines: readonly RecordedMachine[] = [
  {
    name: "sata-desktop",
    about:
      "SATA disk with ESP, ext4 root and swap partition; an unmounted data disk; DVD drives with and without a disc; a mounted stick",
    media: { ssd: sizes.small, data: sizes.large, disc: 700 * MiB, stick: sizes.stick },
    hardware: [
      ahci,
      sata("ssd", 0, ",rotation_rate=1"),
      sata("data", 1, ",physical_block_size=4096"),
      `${medium("disc", ",media=cdrom,readonly=on")} -device ide-cd,bus=sata.2,drive=disc -device ide-cd,bus=sata.3`,
      usb3,
      stick("stick"),
    ],
    prepare: `
${partitions("/dev/sda", ",512M,U", ",4G,S", ",,L")}; ${partitions("/dev/sdb", ",,L")}
mkfs.vfat -n ESP /dev/sda1; mkswap /dev/sda2; mkfs.ext4 -q /dev/sda3; mkfs.ext4 -q /dev/sdb1; ${shopStick("/dev/sdc")}
mount /dev/sda3 /newroot; mkdir -p /newroot/boot/efi /newroot/media/me/WIN\\ 7`,
    running: "mount /dev/sda1 /boot/efi; swapon /dev/sda2; mount /dev/sdc1 '/media/me/WIN 7'",
  },
  {
    name: "lvm-two-disks",
    about:
      "root, swap and home are logical volumes of a group on two IDE and SATA disks; a stick without partitions; a USB SSD",
    media: { first: sizes.small, second: sizes.usual, stick: sizes.stick, ssd: sizes.usual },
    hardware: [
      `-machine pc -device ahci,id=sata ${medium("first")} -device ide-hd,bus=ide.0,drive=first,serial=IDE-FIRST`,
      sata("second", 0),
      usb3,
      stick("stick"),
      usbDisk("ssd"),
    ],
    prepare: `
first=$(readlink -f /dev/disk/by-id/*IDE-FIRST); second=$(readlink -f /dev/disk/by-id/*SATA-SECOND)
printf ',1G,L,*\\n,,8e\\n' | sfdisk -q --label dos $first; udevadm settle
mkfs.ext4 -q \${first}1; pvcreate -y \${first}2 $second; vgcreate vg \${first}2 $second
lvcreate -y -Wn -n root -L 20G vg; lvcreate -y -Wn -n swap -L 4G vg; lvcreate -y -Wn -n home -l 90%FREE vg
mkswap /dev/vg/swap; mkfs.ext4 -q /dev/vg/root; mkfs.ext4 -q /dev/vg/home
mount /dev/mapper/vg-root /newroot; mkdir -p /newroot/boot /newroot/home`,
    running: `mount $(readlink -f /dev/disk/by-id/*IDE-FIRST)1 /boot; mount /dev/mapper/vg-home /home; swapon /dev/mapper/vg-swap`,
  },
  {
    name: "luks-lvm-nvme",
    about:
      "LUKS on NVMe, in it LVM with root and swap; a second namespace of 4096-byte sectors; a SATA disk; a card in an SD slot",
    media: { system: sizes.usual, spare: 64 * GiB, sd: 16 * GiB, windows: sizes.small },
    hardware: [
      `${ahci} ${nvme("system")} ${medium("spare")} -device nvme-ns,bus=system-c,drive=spare,logical_block_size=4096,physical_block_size=4096`,
      sata("windows", 0),
      `-device sdhci-pci ${medium("sd")} -device sd-card,drive=sd`,
    ],
    prepare: `
modprobe sdhci-pci; modprobe mmc_block; udevadm settle
${partitions("/dev/nvme0n1", ",512M,U", ",1G,L", ",,L")}; ${partitions("/dev/sda", ",100M,U", ",16M,E3C9E316-0B5C-4DB8-817D-F92DF00215AE", ",,EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")}
printf ',,c\\n' | sfdisk -q --label dos /dev/mmcblk0; udevadm settle; mkfs.vfat -n CAMERA /dev/mmcblk0p1
mkfs.vfat /dev/nvme0n1p1; mkfs.ext4 -q /dev/nvme0n1p2; echo secret >/tmp/key
cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/nvme0n1p3 /tmp/key
cryptsetup open --key-file /tmp/key /dev/nvme0n1p3 nvme0n1p3_crypt
pvcreate -y /dev/mapper/nvme0n1p3_crypt; vgcreate debian-vg /dev/mapper/nvme0n1p3_crypt
lvcreate -y -Wn -n root -L 30G debian-vg; lvcreate -y -Wn -n swap_1 -L 1G debian-vg
mkswap /dev/debian-vg/swap_1; mkfs.ext4 -q /dev/debian-vg/root
mount /dev/mapper/debian--vg-root /newroot; mkdir -p /newroot/boot /newroot/media/me/CAMERA`,
    running: `mount /dev/nvme0n1p2 /boot; mkdir -p /boot/efi; mount /dev/nvme0n1p1 /boot/efi
swapon /dev/mapper/debian--vg-swap_1; mount /dev/mmcblk0p1 /media/me/CAMERA`,
  },
  {
    name: "raid1",
    about: "root and swap on md RAID1 of two SATA disks; a third disk that is a spare; a write-protected stick",
    media: { one: sizes.small, two: sizes.small, spare: sizes.small, stick: sizes.stick },
    hardware: [ahci, sata("one", 0), sata("two", 1), sata("spare", 2), usb3, stick("stick", ",readonly=on")],
    prepare: `
for disk in sda sdb sdc; do ${partitions("/dev/$disk", ",4G,R", ",,R")}; done
create() { mdadm --create $1 --level=1 --raid-devices=2 --metadata=1.2 --assume-clean --run $2 $3 $4 $5; }
create /dev/md0 /dev/sda1 /dev/sdb1; create /dev/md1 /dev/sda2 /dev/sdb2 --spare-devices=1 /dev/sdc2
mkswap /dev/md0; mkfs.ext4 -q /dev/md1; mount /dev/md1 /newroot`,
    running: "swapon /dev/md0",
  },
  {
    name: "btrfs-two-disks",
    about:
      "root is a subvolume of a btrfs on a partition and on a whole second disk; another btrfs on a USB disk and a stick",
    media: { one: sizes.small, two: sizes.small, stick: sizes.stick, disk: sizes.small },
    hardware: [ahci, sata("one", 0), sata("two", 1), usb3, stick("stick"), usbDisk("disk")],
    prepare: `
${partitions("/dev/sda", ",512M,U", ",,L")}; mkfs.vfat /dev/sda1
modprobe btrfs; mkfs.btrfs -q -d raid1 -m raid1 /dev/sda2 /dev/sdb; udevadm settle; btrfs device scan
mkdir -p /mnt; mount /dev/sda2 /mnt
btrfs subvolume create /mnt/@; umount /mnt; mount -o subvol=/@ /dev/sda2 /newroot
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0); disk=$(readlink -f /dev/disk/by-id/*UAS-DISK*)
mkfs.btrfs -q -d single -m raid1 $disk $stick; udevadm settle; btrfs device scan
mkdir -p /newroot/boot/efi /newroot/srv/backup`,
    running: `mount /dev/sda1 /boot/efi; mount $(readlink -f /dev/disk/by-id/*UAS-DISK*) /srv/backup`,
  },
  {
    name: "live-debian",
    about:
      "a live system started from a stick as live-boot mounts it: overlay over a squashfs, the stick on /run/live/medium; an internal disk",
    media: { stick: sizes.stick, other: sizes.stick, disk: sizes.usual },
    hardware: [ahci, sata("disk", 0), usb3, stick("stick"), stick("other")],
    prepare: `
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0)
${shopStick("${stick}")}; mkdir -p /run/live/medium /run/live/rootfs/filesystem.squashfs /run/live/overlay
mount \${stick}1 /run/live/medium; mkdir /run/live/medium/live; ${squashfs("/run/live/medium/live/filesystem.squashfs")}
mount -o remount,ro /run/live/medium
mount -o loop,ro /run/live/medium/live/filesystem.squashfs /run/live/rootfs/filesystem.squashfs
mount -t tmpfs tmpfs /run/live/overlay; mkdir /run/live/overlay/rw /run/live/overlay/work
mount -t overlay -o lowerdir=/run/live/rootfs/filesystem.squashfs/,upperdir=/run/live/overlay/rw,workdir=/run/live/overlay/work overlay /newroot`,
    running: "true",
  },
  {
    name: "live-stale-layers",
    about:
      "a live system whose overlay names folders that are gone since the root was changed, the stick on /iso, its store on a loop device",
    media: { stick: sizes.stick, other: sizes.stick, disk: sizes.usual },
    hardware: [ahci, sata("disk", 0), usb3, stick("stick"), stick("other")],
    prepare: `
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0)
${shopStick("${stick}")}; mount -t tmpfs tmpfs /newroot; mkdir -p /newroot/iso /newroot/nix/.ro-store /newroot/nix/.rw-store /newroot/nix/store
mount \${stick}1 /newroot/iso; ${squashfs("/newroot/iso/nix-store.squashfs")}
mount -o loop,ro /newroot/iso/nix-store.squashfs /newroot/nix/.ro-store
mount -t tmpfs tmpfs /newroot/nix/.rw-store; mkdir /newroot/nix/.rw-store/store /newroot/nix/.rw-store/work
mount -t overlay -o lowerdir=/newroot/nix/.ro-store,upperdir=/newroot/nix/.rw-store/store,workdir=/newroot/nix/.rw-store/work overlay /newroot/nix/store`,
    running: "true",
  },
  {
    name: "live-diskless",
    about:
      "a system that runs from memory with its modules in a squashfs on the stick, as Alpine does: the stick on /media/usb",
    media: { stick: sizes.stick, disk: sizes.usual },
    hardware: [ahci, sata("disk", 0), usb3, stick("stick")],
    prepare: `
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0)
${shopStick("${stick}")}; mount -t tmpfs tmpfs /newroot; mkdir -p /newroot/media/usb /newroot/.modloop
mount \${stick}1 /newroot/media/usb; mkdir /newroot/media/usb/boot; ${squashfs("/newroot/media/usb/boot/modloop-lts")}
mount -o loop,ro /newroot/media/usb/boot/modloop-lts /newroot/.modloop`,
    running: "true",
  },
  {
    name: "live-ventoy",
    about: "a live ISO started by Ventoy: the medium is a device-mapper device on the stick's partition",
    media: { stick: sizes.stick, disk: sizes.usual },
    hardware: [ahci, sata("disk", 0), usb3, stick("stick")],
    prepare: `
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0)
printf ',14G,7,*\\n,32M,ef\\n' | sfdisk -q --label dos $stick; udevadm settle
echo "0 2097152 linear \${stick}1 4096" | dmsetup create ventoy; udevadm settle; mkfs.ext4 -q /dev/mapper/ventoy
mkdir -p /run/archiso/bootmnt /run/archiso/airootfs /run/archiso/cowspace; mount /dev/mapper/ventoy /run/archiso/bootmnt
${squashfs("/run/archiso/bootmnt/airootfs.sfs")}
mount -o loop,ro /run/archiso/bootmnt/airootfs.sfs /run/archiso/airootfs
mount -t tmpfs cowspace /run/archiso/cowspace; mkdir /run/archiso/cowspace/upper /run/archiso/cowspace/work
mount -t overlay -o lowerdir=/run/archiso/airootfs,upperdir=/run/archiso/cowspace/upper,workdir=/run/archiso/cowspace/work airootfs /newroot`,
    running: "true",
  },
  {
    name: "hidden-root",
    about:
      "a card whose root is below an overlay and not mounted in any place that is seen, as on a single-board computer kept read-only; a stick mounted in another namespace",
    media: { sd: 32 * GiB, stick: sizes.stick, free: sizes.stick },
    hardware: [
      `-machine q35 -device sdhci-pci ${medium("sd")} -device sd-card,drive=sd`,
      usb3,
      stick("stick"),
      stick("free"),
    ],
    prepare: `
modprobe sdhci-pci; modprobe mmc_block; modprobe overlay; udevadm settle
printf ',64M,c\\n,1G,L\\n' | sfdisk -q --label dos /dev/mmcblk0; udevadm settle; mkfs.ext4 -q -E nodiscard /dev/mmcblk0p2
stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0); echo ',,L' | sfdisk -q --label dos $stick; udevadm settle; mkfs.ext4 -q \${stick}1
mkdir /lower /upper; mount -o ro /dev/mmcblk0p2 /lower; mount -t tmpfs tmpfs /upper; mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /newroot`,
    running: `stick=$(readlink -f /dev/disk/by-id/*USB-STICK*part1); mkdir /mnt
unshare --mount sh -c "mount $stick /mnt; touch /run/mounted; sleep 900" & while [ ! -e /run/mounted ]; do sleep 1; done`,
  },
  {
    name: "card-readers",
    about:
      "a USB reader with four slots and one card, an SD slot with a card and one without, floppy, optical drives on SATA and USB",
    media: { ssd: sizes.small, card: 31_914_983_424, sd: 32 * GiB, floppy: 1_474_560, disc: 700 * MiB },
    hardware: [
      ahci,
      sata("ssd", 0),
      `-device ide-cd,bus=sata.1 ${usb3} -device usb-bot,bus=xhci.0,id=reader,serial=058F63666485`,
      [0, 1, 3]
        .map(
          (lun) => `-drive if=none,id=slot${lun} -device scsi-hd,bus=reader.0,lun=${lun},drive=slot${lun},removable=on`,
        )
        .join(" "),
      `${medium("card")} -device scsi-hd,bus=reader.0,lun=2,drive=card,removable=on`,
      `-device usb-bot,bus=xhci.0,id=dvd ${medium("disc", ",media=cdrom,readonly=on")} -device scsi-cd,bus=dvd.0,lun=0,drive=disc`,
      `-device sdhci-pci ${medium("sd")} -device sd-card,drive=sd -device sdhci-pci`,
      `-device isa-fdc,id=fdc ${medium("floppy")} -device floppy,drive=floppy,drive-type=144`,
    ],
    prepare: `modprobe sdhci-pci; modprobe mmc_block; modprobe floppy; udevadm settle; ${plainRoot("/dev/sda")}`,
    running: "mount /dev/sda1 /boot/efi",
  },
  {
    name: "virtio-server",
    about:
      "virtio disks without partitions for root and swap, one read-only; SCSI disks of 512 and 4096 bytes; nbd, zram, loop devices",
    media: { root: 40 * GiB, swap: 4 * GiB, readonly: GiB, scsi: 100 * GiB, native: 100 * GiB, bare: 10 * GiB },
    hardware: [
      `${medium("root")} -device virtio-blk-pci,drive=root,serial=root-volume-1`,
      `${medium("swap")} -device virtio-blk-pci,drive=swap`,
      `${medium("readonly", ",readonly=on")} -device virtio-blk-pci,drive=readonly,serial=seed`,
      `-device virtio-scsi-pci,id=scsi ${medium("scsi")} -device scsi-hd,bus=scsi.0,drive=scsi,serial=SCSI-0001`,
      `${medium("native")} -device scsi-hd,bus=scsi.0,drive=native,serial=SCSI-4K,logical_block_size=4096,physical_block_size=4096`,
      `-device megasas,id=raid ${medium("bare")} -device scsi-hd,bus=raid.0,drive=bare,wwn=0x5000c50015ea71ac`,
    ],
    prepare: `mkfs.ext4 -q /dev/vda; mkswap /dev/vdb; mount /dev/vda /newroot`,
    running: `swapon /dev/vdb; modprobe zram; udevadm settle; zramctl -s 256M /dev/zram0; mkswap /dev/zram0; swapon -p 100 /dev/zram0
truncate -s 1G /disk.img /other.img /export; modprobe loop; losetup -P /dev/loop0 /disk.img
echo ',,c' | sfdisk -q --label dos /dev/loop0; losetup -r /dev/loop1 /other.img
printf '[generic]\\nunixsock=/run/nbd\\n[export]\\nexportname=/export\\n' >/run/nbd.conf
modprobe nbd max_part=4; nbd-server -C /run/nbd.conf; sleep 2; nbd-client -unix /run/nbd /dev/nbd0 -N export`,
  },
  {
    name: "multipath",
    about:
      "root on a SCSI disk that is reached over two paths, mapped as multipathd maps it; the mapped disk has a partition",
    media: { lun: 100 * GiB, local: sizes.small },
    hardware: [
      `-device virtio-scsi-pci,id=a -device virtio-scsi-pci,id=b`,
      `-drive if=none,id=path1,format=raw,file=lun,file.locking=off -drive if=none,id=path2,format=raw,file=lun,file.locking=off`,
      `-device scsi-hd,bus=a.0,drive=path1,serial=LUN-1,wwn=0x5000c500aaaa0001,share-rw=on`,
      `-device scsi-hd,bus=b.0,drive=path2,serial=LUN-1,wwn=0x5000c500aaaa0001,share-rw=on`,
      `-device virtio-scsi-pci,id=c ${medium("local")} -device scsi-hd,bus=c.0,drive=local,serial=LOCAL-1`,
    ],
    prepare: `
modprobe dm-multipath; modprobe dm-service-time; set -- $(cd /dev/disk/by-path; for l in *; do readlink -f $l; done | sort -u)
paths=$(for d in sda sdb sdc; do [ $(cat /sys/block/$d/size) = 209715200 ] && cat /sys/block/$d/dev; done || true); set -- $paths
echo "0 209715200 multipath 0 0 2 1 service-time 0 1 1 $1 1 service-time 0 1 1 $2 1" | dmsetup create mpatha -u mpath-35000c500aaaa0001
udevadm settle; echo "0 209713152 linear /dev/mapper/mpatha 2048" | dmsetup create mpatha-part1 -u part1-mpath-35000c500aaaa0001
udevadm settle; mkfs.ext4 -q /dev/mapper/mpatha-part1; mount /dev/mapper/mpatha-part1 /newroot`,
    running: "true",
  },
  {
    name: "bcache",
    about: "root on a SATA disk with an NVMe cache in front of it (bcache)",
    media: { disk: sizes.usual, cache: sizes.small },
    hardware: [ahci, sata("disk", 0), nvme("cache")],
    prepare: `
modprobe bcache; ${partitions("/dev/nvme0n1", ",512M,U", ",,L")}; mkfs.vfat /dev/nvme0n1p1
make-bcache -C /dev/nvme0n1p2 -B /dev/sda; udevadm settle
for member in /dev/sda /dev/nvme0n1p2; do echo $member >/sys/fs/bcache/register || true; done; udevadm settle
mkfs.ext4 -q /dev/bcache0; mount /dev/bcache0 /newroot; mkdir /newroot/boot /newroot/boot/efi`,
    running: "mount /dev/nvme0n1p1 /boot/efi",
  },
  {
    name: "usb-root",
    about:
      "the system runs from a USB SSD; the internal disks hold Windows and are not mounted; two sticks, one of them mounted",
    media: { ssd: sizes.usual, windows: sizes.usual, one: sizes.stick, two: 62_109_253_632 },
    hardware: [ahci, nvme("windows"), usb3, usbDisk("ssd"), stick("one"), stick("two")],
    prepare: `
ssd=$(readlink -f /dev/disk/by-id/*UAS-SSD*); two=$(readlink -f /dev/disk/by-id/*USB-TWO*0:0)
${partitions("/dev/nvme0n1", ",100M,U", ",,EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")}; ${shopStick("${two}")}; ${plainRoot("${ssd}")}`,
    running: `ssd=$(readlink -f /dev/disk/by-id/*UAS-SSD*-part2); mount \${ssd%2}1 /boot/efi; mkdir -p /run/media/me/WIN
mount $(readlink -f /dev/disk/by-id/*USB-TWO*part1) /run/media/me/WIN`,
  },
  {
    name: "swap-elsewhere",
    about: "swap in a file on a data disk and on a partition of a stick",
    media: { system: sizes.small, data: sizes.usual, stick: sizes.stick, free: sizes.stick },
    hardware: [ahci, sata("system", 0), sata("data", 1), usb3, stick("stick"), stick("free")],
    prepare: `
${partitions("/dev/sdb", ",,L")}; mkfs.ext4 -q /dev/sdb1; stick=$(readlink -f /dev/disk/by-id/*USB-STICK*0:0)
echo ',,82' | sfdisk -q --label dos $stick; udevadm settle; mkswap \${stick}1; ${plainRoot("/dev/sda")}; mkdir /newroot/data`,
    running: `mount /dev/sdb1 /data; fallocate -l 64M '/data/swap file'; chmod 600 '/data/swap file'; mkswap '/data/swap file'
swapon '/data/swap file'; swapon $(readlink -f /dev/disk/by-id/*USB-STICK*part1)`,
  },
  {
    name: "sticks-in-use",
    about:
      "sticks that something is built on: LUKS opened and mounted, a volume group that is active, an ISO mounted from one",
    media: { system: sizes.small, luks: sizes.stick, lvm: sizes.stick, iso: sizes.stick, free: sizes.stick },
    hardware: [ahci, sata("system", 0), usb3, ...["luks", "lvm", "iso", "free"].map((name) => stick(name))],
    prepare: `
${plainRoot("/dev/sda")}; luks=$(readlink -f /dev/disk/by-id/*USB-LUKS*0:0); echo secret >/tmp/key
cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $luks /tmp/key
cryptsetup open --key-file /tmp/key $luks luks-1f2e3d4c; mkfs.ext4 -q /dev/mapper/luks-1f2e3d4c
lvm=$(readlink -f /dev/disk/by-id/*USB-LVM*0:0); pvcreate -y $lvm; vgcreate backup $lvm; lvcreate -y -Wn -n data -L 5G backup
iso=$(readlink -f /dev/disk/by-id/*USB-ISO*0:0); ${shopStick("${iso}")}`,
    running: `mkdir -p /media/me/secret /media/me/WIN /mnt; mount /dev/mapper/luks-1f2e3d4c /media/me/secret
mount $(readlink -f /dev/disk/by-id/*USB-ISO*part1) /media/me/WIN; ${squashfs("/media/me/WIN/image")}; mount -o loop,ro /media/me/WIN/image /mnt`,
  },
  {
    name: "sd-root",
    about: "a single-board computer's layout: boot and root partitions on an SD card, a stick, a USB disk for data",
    media: { sd: 32 * GiB, stick: sizes.stick, disk: sizes.large },
    hardware: [
      `-machine q35 -device sdhci-pci ${medium("sd")} -device sd-card,drive=sd`,
      usb3,
      stick("stick"),
      usbDisk("disk"),
    ],
    prepare: `
modprobe sdhci-pci; modprobe mmc_block; udevadm settle; printf ',64M,c\\n,1G,L\\n' | sfdisk -q --label dos /dev/mmcblk0; udevadm settle
mkfs.vfat -n bootfs /dev/mmcblk0p1; mkfs.ext4 -q -E nodiscard -L rootfs /dev/mmcblk0p2; disk=$(readlink -f /dev/disk/by-id/*UAS-DISK*)
${partitions("${disk}", ",,L")}; mkfs.ext4 -q \${disk}1; mount /dev/mmcblk0p2 /newroot; mkdir -p /newroot/boot/firmware /newroot/srv`,
    running: `mount /dev/mmcblk0p1 /boot/firmware; mount $(readlink -f /dev/disk/by-id/*UAS-DISK*part1) /srv`,
  },
];
