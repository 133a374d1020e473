# The NTFS boot record: loads \BOOTMGR to 2000:0000 and jumps there. Names as in the NTFS documentation of Microsoft's
# driver kit and of libfsntfs.
#
# In:  DL = drive. Nothing else is relied on (CS may be 07C0: jumps and calls are relative, data lies in segment 0).
# Out: CS:IP = 2000:0000, DL = drive, DH = 0, SS = DS = ES = 0, BP = 7C00, interrupts on; the boot sector at
#      0000:7C00 as on disk, but for byte 2 where the BIOS has no EDD: then it is 0, as bootmgr expects it on FAT.
#
# Stage 1 fills the boot sector behind the BPB and loads stage 2, the following sectors of $Boot, right behind it.
# Memory: 6000 variables, stack below 7C00, 7C00 $Boot, A000 one file record, 1000:0000 tables of runs,
# 1800:0000 an attribute list, 2000:0000 index blocks while BOOTMGR is searched and then the file.

	.intel_syntax noprefix
	.code16

	.include "frame.s"

	.set	BOOT_SECTOR, 0x7c00
	.set	STAGE_2_SECTORS, 4
	.set	STAGE_2_MAGIC, 0x4e57	# "WN"

	.set	EDD, -9			# frame
	.set	EDD_FOR_BOOTMGR, 2	# boot sector offsets
	.set	OemId, 0x03
	.set	Bootstrap, 0x54
	.set	BytesPerSector, 0x0b
	.set	SectorsPerCluster, 0x0d
	.set	HiddenSectors, 0x1c
	.set	NumberSectors, 0x28
	.set	MftStartLcn, 0x30
	.set	ClustersPerFileRecordSegment, 0x40

	.include "ntfs-formats.s"

	.globl	_start
_start:
	.org	Bootstrap
	.include "record-start.s"
	cmp	byte ptr [bp + EDD], 0
	jne	1f
	mov	byte ptr [bp + EDD_FOR_BOOTMGR], 0
1:	mov	eax, [bp + HiddenSectors]
	inc	eax
	mov	cx, STAGE_2_SECTORS
	push	(BOOT_SECTOR + SECTOR_SIZE) >> 4
	pop	es
	.include "record-end.s"

	.include "ntfs-stage2.s"
	.include "ntfs-index.s"
	.include "ntfs-records.s"
	.include "ntfs-runs.s"
	.include "load.s"

text_volume:
	.asciz	"not a usable NTFS volume"
text_damaged:
	.asciz	"NTFS is damaged"
text_fragmented:
	.asciz	"NTFS is too fragmented"
text_compressed:
	.asciz	"BOOTMGR is compressed"
text_encrypted:
	.asciz	"BOOTMGR is encrypted"
text_sparse:
	.asciz	"BOOTMGR is sparse"

	.org	(STAGE_2_SECTORS + 1) * SECTOR_SIZE - 2
stage_2_magic:
	.word	STAGE_2_MAGIC		# at the very end: what was read short or overwritten is noticed
