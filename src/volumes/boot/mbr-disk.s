# Reading one sector of [drive] to 0000:7C00: the one whose number stands at BP + ENTRY_START.

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
