# How both master boot records begin, equal to the byte: the move out of the way of what is started, and the drive. By these
# bytes the one that asks for a key knows another stick of ours.

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
started:
