# Reading sectors for the boot records: EDD (INT 13h AH=42h) with cylinder, head, sector (AH=02h) behind it.
#
# The traps: a transfer must not cross a 64 KiB boundary (DMA of old controllers), many BIOSes fail above 127 sectors
# and some above 64; BIOSes change registers they should keep (BP, ES, SI, DI), leave interrupts off or the direction
# flag set; some announce EDD and then fail every AH=42h; a stick's first reads may fail until it has been reset.
#
# DS = SS = 0 and BP = 7C00 always. The includer says where EDD lies: a byte of the frame, 1 = AH=42h is announced.

# Finds out what the drive can do. in: DL = drive as handed over (below 80h comes from a broken BIOS)
disk_start:
	test	dl, dl
	js	1f
	mov	dl, FIRST_HARD_DISK
1:	mov	[bp + DRIVE], dl
	mov	ah, 0x41
	mov	bx, 0x55aa
	call	int13
	mov	al, 0
	jc	2f
	cmp	bx, 0xaa55
	jne	2f
	mov	al, cl
	and	al, 1
2:	mov	[bp + EDD], al
	xor	di, di			# ES:DI = 0: some BIOSes need it
	mov	ah, 8
	call	int13
	jnc	3f
	xor	cx, cx
3:	and	cx, 0x3f
	mov	[bp + TRACK_SECTORS], cx
	movzx	dx, dh			# last head
	inc	dx
	mov	[bp + HEADS], dx
	ret

# INT 13h on our drive with BP, ES, DS, interrupts and direction kept; all else as the BIOS leaves it, CF too.
int13:
	push	ds
	push	bp
	push	es
	mov	dl, [bp + DRIVE]
	int	0x13
	pop	es
	pop	bp
	pop	ds
	sti
	cld
	ret

# in: EAX = sector (LBA), CX = sectors (not 0), ES:0 = buffer. out: EAX and ES moved on, CX = 0, EDX lost
read:
	mov	dx, es
	shr	dx, 5			# paragraphs to sectors
	or	dx, -TRANSFER_SECTORS
	neg	dx			# DX = sectors to the window's end
	cmp	dx, cx
	jbe	1f
	mov	dx, cx
1:	mov	byte ptr [bp + TRIES], READ_TRIES
2:	call	read_edd
	jnc	3f
	call	read_chs
	jnc	3f
	pushad
	mov	ah, 0			# reset the drive
	call	int13
	popad
	shr	dx, 3
	jnz	4f
	inc	dx
4:	dec	byte ptr [bp + TRIES]
	jnz	2b
	mov	si, offset text_read
	jmp	fail
3:	sub	cx, dx
	movzx	edx, dx
	add	eax, edx
	shl	dx, 5			# sectors to paragraphs
	mov	si, es
	add	si, dx
	mov	es, si
	test	cx, cx
	jnz	read
	ret

# in: EAX = sector, DX = sectors, ES:0 = buffer. out: CF clear = read; all registers kept
read_edd:
	cmp	byte ptr [bp + EDD], 1
	jb	1f			# with CF set
	pushad
	pushd	0			# the disk address packet, from its end
	push	eax
	push	es
	push	0
	push	dx
	push	16
	mov	si, sp
	mov	ah, 0x42
	call	int13
	popa				# the packet's 16 bytes; unlike ADD it keeps CF
	popad
1:	ret

# As read_edd. out: DX = sectors read, as far as the track goes
read_chs:
	pushad
	mov	bx, dx
	movzx	ecx, word ptr [bp + TRACK_SECTORS]
	jcxz	2f
	xor	edx, edx
	div	ecx			# EAX = track, EDX = sector - 1
	sub	cx, dx
	cmp	bx, cx
	jbe	1f
	mov	bx, cx
1:	mov	si, sp
	mov	[si + 20], bx		# DX as popad will set it
	mov	cx, dx
	inc	cx
	xor	edx, edx
	movzx	esi, word ptr [bp + HEADS]
	div	esi			# EAX = cylinder, EDX = head
	cmp	eax, LAST_CYLINDER
	ja	2f
	mov	dh, dl
	mov	ch, al
	shl	ah, 6
	or	cl, ah
	mov	al, bl
	mov	ah, 2
	xor	bx, bx
	call	int13
	jnc	3f
2:	stc
3:	popad
	ret
