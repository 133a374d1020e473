# The master boot record's code: 440 bytes that find the one active partition and start its boot record.
#
# In:  DL = drive, everything else unknown (a BIOS may start us as 0000:7C00 or 07C0:0000).
# Out: 0000:7C00 = the partition's first sector, DL = drive, DH = 0, DS = ES = SS = 0,
#      SI = BP = address of the active entry in our copy at 0000:0600.
# The traps: INT 13h of old BIOSes changes registers that it should keep, and some BIOSes hand over DL = 0.

	.intel_syntax noprefix
	.code16

	.set	BOOT_SECTOR, 0x7c00	# where a boot sector runs
	.set	RELOCATED, 0x0600	# where this one moves to make room
	.set	SECTOR_SIZE, 512
	.set	CODE_SIZE, 440		# behind it lie the disk signature and the table
	.set	SIGNATURE, 0xaa55	# at 0x1FE of every boot sector
	.set	TABLE_OFFSET, 0x1be
	.set	TABLE, RELOCATED + TABLE_OFFSET
	.set	ENTRIES, 4
	.set	ENTRY_SIZE, 16
	.set	ENTRY_START, 8		# entry: first sector as LBA
	.set	ACTIVE, 0x80
	.set	FIRST_HARD_DISK, 0x80
	.set	TRIES, 5		# a stick that has just been powered may fail a few times
	.set	LAST_CYLINDER, 1023	# of INT 13h's ten bits

	# Variables, right behind our copy.
	.set	drive, RELOCATED + SECTOR_SIZE
	.set	tries, drive + 1

	.globl	_start
_start:
	cli
	xor	ax, ax
	mov	ss, ax
	mov	sp, BOOT_SECTOR
	sti
	cld
	mov	ds, ax
	mov	es, ax
	mov	si, sp
	mov	di, RELOCATED
	mov	cx, SECTOR_SIZE / 2
	rep movsw
	.byte	0xea			# jmp 0:relocated
	.word	relocated, 0

relocated:
	test	dl, dl
	js	1f
	mov	dl, FIRST_HARD_DISK
1:	mov	[drive], dl

	# BP = the active entry. Exactly one entry must be active, and no flag may be anything else than 00h and 80h.
	xor	bp, bp
	mov	bx, TABLE
	mov	cx, ENTRIES
scan:
	mov	al, [bx]
	test	al, al
	jz	2f
	mov	si, offset text_table
	cmp	al, ACTIVE
	jne	failed
	test	bp, bp
	jnz	failed
	mov	bp, bx
2:	add	bx, ENTRY_SIZE
	loop	scan
	mov	si, offset text_none
	test	bp, bp
	jz	failed

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

loaded:
	mov	si, offset text_sector
	cmp	word ptr [BOOT_SECTOR + SECTOR_SIZE - 2], SIGNATURE
	jne	failed
	mov	si, bp
	xor	dx, dx
	mov	dl, [drive]
	.byte	0xea			# jmp 0:BOOT_SECTOR
	.word	BOOT_SECTOR, 0

# out: CF clear = read
read_edd:
	mov	ah, 0x41
	mov	bx, 0x55aa
	call	int13
	jc	3f
	cmp	bx, 0xaa55
	jne	2f
	shr	cl, 1			# bit 0: AH=42h is there
	jnc	2f
	mov	eax, [bp + ENTRY_START]
	mov	[packet_lba], eax
	mov	si, offset packet
	mov	ah, 0x42
	# falls into int13

# INT 13h on our drive, and what some BIOSes change put right: BP, segments, interrupts, direction.
int13:
	push	bp
	mov	dl, [drive]
	int	0x13
	pop	bp
	push	0
	push	0
	pop	ds
	pop	es
	sti
	cld
	ret
2:	stc
3:	ret

# By the geometry that the BIOS has now; the entry's own CHS values were computed for a geometry that it may not use.
read_chs:
	xor	di, di			# ES:DI = 0: some BIOSes need it
	mov	ah, 8
	call	int13
	jc	3b
	and	cx, 0x3f		# sectors a track
	jz	2b
	movzx	esi, dh			# last head
	inc	si
	movzx	ecx, cx
	mov	eax, [bp + ENTRY_START]
	xor	edx, edx
	div	ecx			# EAX = track, EDX = sector - 1
	mov	cx, dx
	inc	cx
	xor	edx, edx
	div	esi			# EAX = cylinder, EDX = head
	cmp	eax, LAST_CYLINDER
	ja	2b
	mov	dh, dl
	mov	ch, al
	shl	ah, 6
	or	cl, ah
	mov	bx, BOOT_SECTOR
	mov	ax, 0x0201
	jmp	int13

	.include "message.s"

text_none:
	.asciz	"no active partition"
text_table:
	.asciz	"partition table damaged"
text_read:
	.asciz	"disk read error"
text_sector:
	.asciz	"no boot sector"

	# EDD disk address packet
packet:
	.byte	16, 0
	.word	1			# sectors
	.word	BOOT_SECTOR, 0		# offset, segment
packet_lba:
	.long	0, 0
	.org	CODE_SIZE		# fails to assemble if the code is longer
