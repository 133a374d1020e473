# Where BOOTMGR goes, whether it fits there, and how it is started.

# in: EAX = bytes of the file. out: ECX = its sectors; fails where they do not fit below the BIOS's data
check_room:
	mov	si, offset text_empty
	test	eax, eax
	jz	1f
	dec	eax
	shr	eax, 9
	inc	eax
	xchg	ecx, eax
	int	0x12			# AX = KiB of memory
	shl	ax, 6			# KiB to paragraphs
	mov	dx, [EBDA_SEGMENT]
	cmp	dx, LOWEST_TOP
	jb	2f
	cmp	dx, ax
	jae	2f
	mov	ax, dx
2:	sub	ax, LOAD_SEGMENT
	mov	si, offset text_large
	jb	1f
	shr	ax, 5			# paragraphs to sectors
	movzx	eax, ax
	cmp	ecx, eax
	ja	1f
	ret
1:	jmp	fail

start:
	xor	dx, dx
	mov	es, dx
	mov	dl, [bp + DRIVE]
	.byte	0xea			# jmp LOAD_SEGMENT:0
	.word	0, LOAD_SEGMENT

text_missing:
	.asciz	"BOOTMGR is missing"
text_empty:
	.asciz	"BOOTMGR is empty"
text_large:
	.asciz	"BOOTMGR is too large"
