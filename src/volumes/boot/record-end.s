# How stage 1 of both boot records ends: stage 2 is read and started. EAX, CX and ES say from where, how much and where to.

	call	read
	mov	si, offset text_code
	cmp	word ptr [stage_2_magic], STAGE_2_MAGIC
	je	stage_2
	# falls into fail

	.include "message.s"
	.include "disk.s"

text_read:
	.asciz	"disk read error"
text_code:
	.asciz	"boot code damaged"

	.org	SIGNATURE_OFFSET			# fails to assemble if stage 1 is longer
	.word	SIGNATURE
