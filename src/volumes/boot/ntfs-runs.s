# Runs: where a nonresident stream lies on the disk. Tables of them, their decoding, and reading through them.
# A stream may come in parts from several records and in any order: each run carries its place in the stream.

# in: BX = table
clear_table:
	push	TABLES
	pop	fs
	mov	word ptr fs:[bx], 0
	ret

# in: BX = table, EAX = first cluster, run_start and run_sectors. Adds a run; EAX, EDX, DI lost
add_run:
	mul	dword ptr [cluster_sectors]
	jc	damaged
	mov	edx, eax
	add	edx, [run_sectors]
	jc	damaged
	cmp	edx, [bp + NumberSectors]
	ja	damaged
	add	eax, [bp + HiddenSectors]
	jc	damaged
# in: EAX = sector (LBA), or 0 for a hole
add_sectors:
	push	TABLES
	pop	fs
	mov	di, fs:[bx]
	cmp	di, MOST_RUNS
	mov	si, offset text_fragmented
	jae	fail
	inc	word ptr fs:[bx]
	imul	di, di, RUN_SIZE
	mov	fs:[bx + di + RUNS + RUN_LBA], eax
	mov	eax, [run_start]
	mov	fs:[bx + di + RUNS + RUN_START], eax
	mov	eax, [run_sectors]
	mov	fs:[bx + di + RUNS + RUN_SECTORS], eax
	ret

# Decodes the mapping pairs of a nonresident attribute into wanted_table. in: SI = attribute, ECX = its bytes
add_runs:
	mov	bx, [wanted_table]
	mov	eax, [si + LOWEST_VCN]
	mul	dword ptr [cluster_sectors]
	jc	damaged
	mov	[run_start], eax
	movzx	edx, word ptr [si + MAPPING_PAIRS]
	cmp	edx, ecx
	jae	damaged
	mov	di, si
	add	di, cx
	mov	[run_end], di
	add	si, dx
	xor	eax, eax
	mov	[run_cluster], eax
next_pair:
	cmp	si, [run_end]
	jae	damaged
	lodsb				# bytes of the length, and of the first cluster's distance from the last run's
	test	al, al
	jz	2f
	mov	ch, al
	mov	cl, al
	and	cl, 0x0f
	jz	damaged
	call	signed_value
	jle	damaged
	mul	dword ptr [cluster_sectors]
	jc	damaged
	mov	[run_sectors], eax
	mov	cl, ch
	shr	cl, 4
	push	offset 1f		# after either way of adding
	jz	hole
	call	signed_value
	add	eax, [run_cluster]
	js	damaged
	mov	[run_cluster], eax
	push	si
	call	add_run
	pop	si
	ret
hole:
	xor	eax, eax
	push	si
	call	add_sectors
	pop	si
	ret
1:	mov	eax, [run_sectors]
	add	[run_start], eax
	jc	damaged
	jmp	next_pair
2:	ret

# in: SI = a signed little-endian number of CL bytes, at most 4. out: EAX, flags as of it; SI behind it; keeps CH
signed_value:
	cmp	cl, 4			# a volume of 2^32 sectors needs no more
	ja	damaged
	mov	eax, [si]
	movzx	dx, cl
	add	si, dx
	cmp	si, [run_end]
	ja	damaged
	shl	cl, 3
	neg	cl			# shifts count modulo 32: by 32 less the number's bits
	shl	eax, cl
	sar	eax, cl
	test	eax, eax
	ret

# in: BX = table, EAX = first sector in the stream, ECX = sectors (not 0), ES:0 = buffer. out: ES moved on
read_stream:
	push	TABLES
	pop	fs
	mov	dx, fs:[bx]
	lea	si, [bx + RUNS]
1:	sub	dx, 1
	jb	damaged			# the stream has no such sector
	mov	edi, eax
	sub	edi, fs:[si + RUN_START]
	jb	2f
	cmp	edi, fs:[si + RUN_SECTORS]
	jb	3f
2:	add	si, RUN_SIZE
	jmp	1b
3:	mov	edx, fs:[si + RUN_SECTORS]
	sub	edx, edi
	cmp	edx, ecx
	jbe	4f
	mov	edx, ecx
4:	mov	esi, fs:[si + RUN_LBA]
	test	esi, esi
	jz	damaged
	add	edi, esi
	add	eax, edx
	sub	ecx, edx
	push	eax
	push	ecx
	push	bx
	mov	eax, edi
	mov	cx, dx
	call	read
	pop	bx
	pop	ecx
	pop	eax
	test	ecx, ecx
	jnz	read_stream
	ret
