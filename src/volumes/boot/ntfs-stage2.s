# Stage 2 of the NTFS boot record: checks the BPB, opens the MFT, then the root's index, then BOOTMGR's data.

stage_2:
	mov	si, offset text_volume
	cmp	dword ptr [bp + OemId], NTFS_SIGNATURE
	jne	failed
	cmp	word ptr [bp + BytesPerSector], SECTOR_SIZE
	jne	failed
	movzx	ecx, byte ptr [bp + SectorsPerCluster]
	mov	ax, cx
	dec	ax
	js	failed
	test	ax, cx				# a power of two, thus at most 128
	jnz	failed
	mov	[cluster_sectors], ecx
	cmp	dword ptr [bp + NumberSectors + 4], 0
	jne	failed

	# A positive size counts clusters, a negative one is the exponent of a size in bytes
	mov	al, [bp + ClustersPerFileRecordSegment]
	test	al, al
	js	1f
	mul	cl
	jmp	2f
1:	neg	al
	sub	al, 9
	mov	cl, al
	mov	ax, 1
	cmp	cl, 3
	ja	failed
	shl	ax, cl
2:	test	ax, ax
	jz	failed
	cmp	ax, LARGEST_RECORD_SECTORS
	ja	failed
	movzx	eax, ax
	mov	[record_sectors], eax

	# The MFT as far as it is known yet: its own record. That tells the rest.
	mov	[run_sectors], eax
	mov	dword ptr [run_start], 0
	mov	eax, [bp + MftStartLcn]
	cmp	dword ptr [bp + MftStartLcn + 4], 0
	jne	failed
	mov	bx, TABLE_MFT
	call	clear_table
	call	add_run
	mov	eax, MFT_RECORD
	mov	ecx, DATA
	call	open_stream

	call	find_bootmgr
	mov	ecx, DATA
	mov	bx, TABLE_STREAM
	call	open_stream
	cmp	byte ptr [stream_found], 0
	je	damaged
	mov	eax, [stream_size]
	cmp	byte ptr [stream_found], RESIDENT
	je	resident
	mov	dx, [stream_flags]
	mov	si, offset text_encrypted
	test	dh, ENCRYPTED >> 8
	jnz	failed
	mov	si, offset text_compressed
	test	dl, dl				# the method of compression
	jnz	failed
	mov	si, offset text_sparse
	test	dx, dx
	js	failed
	cmp	eax, [stream_initialized]	# what lies behind was never written
	ja	failed
	call	check_room
	mov	bx, TABLE_STREAM
	push	LOAD_SEGMENT
	pop	es
	xor	eax, eax
	call	read_stream
	jmp	start

resident:
	call	check_room			# it lies at LOAD_SEGMENT already
	jmp	start

missing:
	mov	si, offset text_missing
	jmp	fail
damaged:
	mov	si, offset text_damaged
failed:
	jmp	fail
