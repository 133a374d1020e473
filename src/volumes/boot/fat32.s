# The FAT32 boot record: loads \BOOTMGR to 2000:0000 and jumps there. [MS-FAT] / fatgen103 names.
#
# In:  DL = drive. Nothing else is relied on, CS neither (some BIOSes start boot sectors as 07C0:0000): jumps and
#      calls are relative, data lies in segment 0.
# Out: CS:IP = 2000:0000, DL = drive, DH = 0, SS = DS = ES = 0, BP = 7C00, interrupts on; the boot sector at
#      0000:7C00 as on disk except its byte 2: 1 where the BIOS has EDD, otherwise 0 (bootmgr reads it).
#
# Stage 1 fills the boot sector behind the BPB; it also holds what stage 2 calls (reading, messages). Stage 2 lies in
# the reserved sectors from FIRST_RESERVED_SECTOR: 0-2 and 6-8 are boot sector, FSInfo and their backups.
# Memory: 0000:7C00 boot sector, 7E00 one FAT sector, 8000 stage 2, stack below 7C00, 2000:0000 root directory while
# it is searched and then the file, up to where the BIOS's data begins.

	.intel_syntax noprefix
	.code16

	.include "frame.s"

	.set	BOOT_SECTOR, 0x7c00
	.set	FAT_BUFFER, 0x7e00
	.set	STAGE_2, 0x8000
	.set	FIRST_RESERVED_SECTOR, 12
	.set	STAGE_2_SECTORS, 2
	.set	STAGE_2_MAGIC, 0x3757		# "W7"

	.set	BootCode, 0x5a		# boot sector offsets
	.set	EDD, 2			# boot sector offsets: where bootmgr looks for it
	.set	BytsPerSec, 0x0b
	.set	SecPerClus, 0x0d
	.set	RsvdSecCnt, 0x0e
	.set	NumFATs, 0x10
	.set	FATSz16, 0x16
	.set	HiddSec, 0x1c
	.set	TotSec32, 0x20
	.set	FATSz32, 0x24
	.set	ExtFlags, 0x28
	.set	FSVer, 0x2a
	.set	RootClus, 0x2c

	.globl	_start
_start:
	.org	BootCode
	.include "record-start.s"
	mov	eax, [bp + HiddSec]
	add	eax, FIRST_RESERVED_SECTOR
	mov	cx, STAGE_2_SECTORS
	push	STAGE_2 >> 4
	pop	es
	.include "record-end.s"

	.org	STAGE_2 - BOOT_SECTOR
	.include "fat32-stage2.s"
stage_2_magic:
	.word	STAGE_2_MAGIC		# at the very end: what was read short or overwritten is noticed
	.org	STAGE_2 - BOOT_SECTOR + STAGE_2_SECTORS * SECTOR_SIZE
