# The second part of the master boot record that asks for a key.
#
# The other disk is the one with the lowest number whose first sector has a partition table with an active partition:
# what a BIOS would start. A disk that cannot be read, one with a GPT (its one entry is not active), one without a table
# and another stick of ours are passed over; with none left, the stick starts at once.

	.set	LAST_HARD_DISK, 0x87	# of those that are looked at
	.set	GET_DISK_TYPE, 0x15	# INT 13h
	.set	TICKS, 0x046c		# BIOS data area: 18.2 a second; only its changes are counted, so midnight is none
	.set	SECOND_TICKS, 18
	.set	SECONDS, 5
	.set	TYPED_AHEAD, 32		# keys at most: a BIOS' buffer has room for 15

	.set	own, tries + 1
	.set	seconds, own + 1
	.set	ticks, seconds + 1

second:
	mov	al, [drive]
	mov	[own], al
	mov	byte ptr [drive], FIRST_HARD_DISK
disk:
	mov	al, [drive]
	cmp	al, [own]
	je	next
	mov	bp, offset first_sector - ENTRY_START
	call	read_once
	jnc	1f
	mov	ah, GET_DISK_TYPE	# a disk that is there is tried again; a number without one costs a BIOS nothing
	call	int13
	jc	next
	test	ah, ah
	jz	next
	call	read
	jc	next
1:	cmp	word ptr [BOOT_SECTOR + SECTOR_SIZE - 2], SIGNATURE
	jne	next
	mov	si, BOOT_SECTOR
	mov	di, offset _start
	mov	cx, offset started - RELOCATED
	repe cmpsb
	je	next
	mov	si, BOOT_SECTOR + TABLE_OFFSET
	mov	cx, ENTRIES
	mov	ah, 0
2:	lodsb
	or	ah, al
	test	al, ACTIVE - 1
	jnz	next
	add	si, ENTRY_SIZE - 1
	loop	2b
	test	ah, ah
	jnz	ask
next:
	inc	byte ptr [drive]
	cmp	byte ptr [drive], LAST_HARD_DISK
	jbe	disk
	jmp	stick

ask:
	mov	cx, TYPED_AHEAD		# what was typed before the question is no answer
1:	call	take_key
	jz	2f
	loop	1b
2:	mov	si, offset text_product
	call	print
	mov	si, offset text_key
	call	print
	mov	byte ptr [seconds], SECONDS
3:	mov	si, offset text_dot
	call	print
	mov	byte ptr [ticks], SECOND_TICKS
4:	mov	ax, [TICKS]
5:	hlt
	call	take_key
	jnz	chosen
	cmp	ax, [TICKS]
	je	5b
	dec	byte ptr [ticks]
	jnz	4b
	dec	byte ptr [seconds]
	jnz	3b
	call	end_line
	xor	bp, bp
	mov	ax, SIGNATURE
	jmp	hand_over

chosen:
	call	end_line
stick:
	mov	al, [own]
	mov	[drive], al
	.include "mbr-active.s"
	call	read
	mov	si, offset text_read
	jc	failed
	.include "mbr-hand-over.s"

# Takes a key from the BIOS, if there is one. out: ZF clear = there was; all else kept, interrupts on
take_key:
	pusha
	mov	ah, 1
	int	0x16
	jz	1f
	mov	ah, 0
	int	0x16
	test	sp, sp			# ZF clear
1:	popa
	sti				# some BIOSes come back without, and the next HLT would be the last
	cld
	ret

end_line:
	mov	si, offset text_line
	jmp	print

text_key:
	.asciz	"press a key to start from the USB stick"
text_dot:
	.asciz	"."
text_line:
	.asciz	"\r\n"
text_none:
	.asciz	"no active partition"
text_table:
	.asciz	"partition table damaged"
text_sector:
	.asciz	"no boot sector"
