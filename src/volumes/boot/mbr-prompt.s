# The master boot record that asks: where the BIOS has another hard disk with an active partition, it waits five seconds for
# a key, and starts that disk if none comes. Setup restarts the machine in its middle, and goes on from the disk that it
# installs to; a stick that starts by itself again begins Setup anew.
#
# In:  as mbr.s.
# Out: the stick: as mbr.s. The other disk: 0000:7C00 = its first sector, DL = its number, DH = 0, AX = AA55 (as
#      SeaBIOS and Bochs' BIOS have it), DS = ES = SS = SI = BP = 0, SP = 7C00, interrupts on, direction forward.
#
# The first sector has 440 bytes for code: it reads and fails, and loads the second part from the sector behind it.
# Memory: 0600 our copy, 0800 variables, 0A00 second part, 7C00 stack below and what is started.

	.intel_syntax noprefix
	.code16

	.include "mbr-start.s"

	.set	SECOND, 0x0a00
	.set	SECOND_MAGIC, 0x5057	# "WP"

	mov	bp, offset second_sector - ENTRY_START
	call	read
	mov	si, offset text_read
	jc	failed
	mov	si, BOOT_SECTOR
	mov	di, SECOND
	mov	cx, SECTOR_SIZE / 2
	rep movsw
	mov	si, offset text_code
	cmp	word ptr [second_magic], SECOND_MAGIC
	je	second
failed:
	jmp	fail

# As mbr-disk.s, tried again after a reset. out: CF clear = read
read:
	mov	byte ptr [tries], TRIES
1:	call	read_once
	jnc	2f
	xor	ax, ax			# reset the drive
	call	int13
	dec	byte ptr [tries]
	jnz	1b
	stc
2:	ret

# EDD first and then cylinder, head and sector: some BIOSes announce EDD and then fail it.
read_once:
	call	read_edd
	jnc	2b
	jmp	read_chs

	.include "mbr-disk.s"
	.include "message.s"

text_read:
	.asciz	"disk read error"
text_code:
	.asciz	"boot code damaged"

first_sector:
	.long	0
second_sector:
	.long	1
	.include "mbr-packet.s"

	.org	SECOND - RELOCATED
	.include "mbr-second.s"
	.org	SECOND - RELOCATED + SECTOR_SIZE - 2
second_magic:
	.word	SECOND_MAGIC		# at the very end: what was overwritten is noticed
