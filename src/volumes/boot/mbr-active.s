# Finds the partition that is to be started in our copy's table; goes to `failed` with SI = the message where there is none.

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
