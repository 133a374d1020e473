# The master boot record's code: 440 bytes that find the one active partition and start its boot record.
#
# In:  DL = drive, everything else unknown (a BIOS may start us as 0000:7C00 or 07C0:0000).
# Out: 0000:7C00 = the partition's first sector, DL = drive, DH = 0, DS = ES = SS = 0,
#      SI = BP = address of the active entry in our copy at 0000:0600.
# The traps: INT 13h of old BIOSes changes registers that it should keep, and some BIOSes hand over DL = 0.

	.intel_syntax noprefix
	.code16

	.include "mbr-start.s"
	.include "mbr-active.s"

	# Each try asks EDD first and then cylinder, head and sector: some BIOSes announce EDD and then fail it.
	mov	byte ptr [tries], TRIES
again:
	call	read_edd
	jnc	loaded
	call	read_chs
	jnc	loaded
	xor	ax, ax			# reset the drive
	call	int13
	dec	byte ptr [tries]
	jnz	again
	mov	si, offset text_read
failed:
	jmp	fail

	.include "mbr-hand-over.s"
	.include "mbr-disk.s"
	.include "message.s"

text_none:
	.asciz	"no active partition"
text_table:
	.asciz	"partition table damaged"
text_read:
	.asciz	"disk read error"
text_sector:
	.asciz	"no boot sector"

	.include "mbr-packet.s"
