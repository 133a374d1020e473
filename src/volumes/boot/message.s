# How every part of the boot code ends when it cannot go on: one line for a technician, a key, and the BIOS starts
# over (INT 19h). There is no way back from here, and above all none to another disk: a stick that cannot boot must
# never end in the machine's own hard disk being booted (or set up) instead.

# in: SI = the message, zero-terminated; DS = 0
fail:
	push	si
	mov	si, offset text_product
	call	print
	pop	si
	call	print
	mov	si, offset text_restart
	call	print
	xor	ax, ax
	int	0x16			# wait for a key
	int	0x19
1:	hlt				# a BIOS whose INT 19h returns: stay here
	jmp	1b

# in: SI = text. The page in BH is the one that a BIOS shows after its own start.
print:
	lodsb
	test	al, al
	jz	1f
	push	si			# old BIOSes change SI, DI and BP when the screen scrolls
	mov	ah, 0x0e
	mov	bx, 0x0007
	int	0x10
	pop	si
	jmp	print
1:	ret

text_product:
	.asciz	"\r\nwin7usb: "
text_restart:
	.asciz	"\r\nPress any key\r\n"
