# How both boot records begin: segments and stack, and what the drive can do. Nothing but DL is relied on.

stage_1:
	cli
	xor	ax, ax
	mov	ss, ax
	mov	bp, BOOT_SECTOR
	lea	sp, [bp - FRAME]
	sti
	cld
	mov	ds, ax
	mov	es, ax
	call	disk_start
