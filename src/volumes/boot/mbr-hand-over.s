# The end of both master boot records: 0000:7C00 holds what is to be started.

loaded:
	mov	si, offset text_sector
	cmp	word ptr [BOOT_SECTOR + SECTOR_SIZE - 2], SIGNATURE
	jne	failed
hand_over:
	mov	si, bp
	xor	dx, dx
	mov	dl, [drive]
	.byte	0xea			# jmp 0:BOOT_SECTOR
	.word	BOOT_SECTOR, 0
