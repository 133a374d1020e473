# File records of the MFT, their attributes, and streams that are spread over several records.

# Finds a stream: the attribute of a type, named $I30 in an index and unnamed otherwise.
# in: EAX = file record, ECX = type, BX = table for its runs. A resident value is copied to LOAD_SEGMENT.
# out: stream_found, stream_size, stream_flags, stream_initialized, the table
open_stream:
	mov	[base_record], eax
	mov	[stream_type], ecx
	mov	[stream_table], bx
	call	read_record
	mov	dword ptr [wanted_type], ATTRIBUTE_LIST
	mov	word ptr [wanted_table], TABLE_LIST
	mov	word ptr [wanted_segment], LIST_SEGMENT
	call	start_matching
	xor	eax, eax
	cmp	byte ptr [stream_found], 0
	je	1f
	mov	eax, [stream_size]
	cmp	eax, LARGEST_LIST
	ja	damaged
1:	mov	[list_size], eax
	cmp	byte ptr [stream_found], NONRESIDENT
	jne	2f
	mov	ecx, eax
	add	ecx, SECTOR_SIZE - 1
	shr	ecx, 9
	jz	2f
	xor	eax, eax
	mov	bx, TABLE_LIST
	push	LIST_SEGMENT
	pop	es
	call	read_stream
2:	mov	eax, [stream_type]
	mov	[wanted_type], eax
	mov	ax, [stream_table]
	mov	[wanted_table], ax
	mov	word ptr [wanted_segment], LOAD_SEGMENT
	call	start_matching

	# The parts that the attribute list places in other records
	xor	di, di
3:	mov	ax, [list_size]
	sub	ax, di
	jbe	4f
	cmp	ax, LISTED_HEADER
	jb	4f
	push	LIST_SEGMENT
	pop	es
	mov	eax, es:[di + LISTED_TYPE]
	mov	edx, es:[di + LISTED_RECORD]
	mov	bx, es:[di + LISTED_RECORD + 4]
	mov	cx, es:[di + LISTED_LENGTH]
	cmp	cx, LISTED_HEADER
	jb	damaged
	add	di, cx
	jc	damaged
	cmp	eax, [stream_type]
	jne	3b
	test	bx, bx
	jnz	damaged
	cmp	edx, [base_record]
	je	3b
	push	di
	mov	eax, edx
	call	read_record
	mov	eax, [base_record]
	cmp	eax, [RECORD + BASE_RECORD]
	jne	damaged
	call	take_matching
	pop	di
	jmp	3b
4:	ret

# in: EAX = file record. Reads it to RECORD
read_record:
	mul	dword ptr [record_sectors]
	jc	damaged
	mov	ecx, [record_sectors]
	mov	bx, TABLE_MFT
	push	RECORD >> 4
	pop	es
	push	es
	call	read_stream
	pop	es
	cmp	dword ptr [RECORD], FILE_SIGNATURE
	jne	damaged
	test	byte ptr [RECORD + RECORD_FLAGS], IN_USE
	jz	damaged
	cmp	word ptr [RECORD + FIRST_ATTRIBUTE], SECTOR_SIZE
	ja	damaged
	mov	ecx, [record_sectors]

# The last two bytes of each sector are kept in the update sequence array; in their place stands a number that tells
# a record that was written whole. in: ES:0 = record, CX = sectors
apply_fixups:
	mov	si, es:[SEQUENCE_OFFSET]
	mov	ax, es:[SEQUENCE_COUNT]
	dec	ax
	cmp	ax, cx
	jne	damaged
	cmp	si, SECTOR_SIZE / 2	# 129 words from there still end in the first sector
	jae	damaged
	add	ax, ax
	add	ax, si
	cmp	ax, SECTOR_SIZE - 4
	ja	damaged
	mov	dx, es:[si]
	mov	di, SECTOR_SIZE - 2
1:	inc	si
	inc	si
	cmp	es:[di], dx
	jne	damaged
	mov	ax, es:[si]
	mov	es:[di], ax
	add	di, SECTOR_SIZE
	loop	1b
	ret

# Takes every attribute of wanted_type in the record: runs to wanted_table, a resident value to wanted_segment.
start_matching:
	mov	byte ptr [stream_found], 0
	mov	bx, [wanted_table]
	call	clear_table
take_matching:
	mov	si, RECORD
	add	si, [RECORD + FIRST_ATTRIBUTE]
	mov	edi, [record_sectors]
	shl	edi, 9
	add	di, RECORD		# DI = the record's end
1:	lea	ax, [si + 8]
	cmp	ax, di
	ja	damaged
	mov	eax, [si + ATTRIBUTE_TYPE]
	cmp	eax, -1
	je	3f
	mov	ecx, [si + ATTRIBUTE_LENGTH]
	cmp	ecx, RESIDENT_HEADER
	jb	damaged
	mov	edx, edi
	sub	dx, si
	cmp	ecx, edx
	ja	damaged
	push	di
	push	si
	push	cx
	cmp	eax, [wanted_type]
	jne	2f
	call	match_name
	jne	2f
	call	take_attribute
2:	pop	cx
	pop	si
	pop	di
	add	si, cx
	jmp	1b
3:	ret

# in: SI = attribute of ECX bytes, EAX = its type. out: ZF = it has the name that goes with the type
match_name:
	cmp	eax, INDEX_ROOT
	jae	1f
	cmp	byte ptr [si + NAME_LENGTH], 0
	ret
1:	cmp	byte ptr [si + NAME_LENGTH], 4
	jne	2f
	movzx	ebx, word ptr [si + NAME_OFFSET]
	lea	edx, [ebx + 8]
	cmp	edx, ecx
	ja	damaged
	cmp	dword ptr [si + bx], 0x00490024		# "$I"
	jne	2f
	cmp	dword ptr [si + bx + 4], 0x00300033	# "30"
2:	ret

# in: SI = attribute of ECX bytes
take_attribute:
	cmp	byte ptr [si + FORM], 0
	jne	1f
	mov	byte ptr [stream_found], RESIDENT
	mov	eax, [si + VALUE_LENGTH]
	cmp	eax, ecx
	ja	damaged
	movzx	edx, word ptr [si + VALUE_OFFSET]
	add	edx, eax
	cmp	edx, ecx
	ja	damaged
	mov	[stream_size], eax
	add	si, [si + VALUE_OFFSET]
	mov	cx, ax
	xor	di, di
	mov	es, [wanted_segment]
	rep movsb
	ret
1:	mov	byte ptr [stream_found], NONRESIDENT
	cmp	ecx, NONRESIDENT_HEADER
	jb	damaged
	cmp	dword ptr [si + LOWEST_VCN + 4], 0
	jne	damaged
	cmp	dword ptr [si + LOWEST_VCN], 0
	jne	add_runs		# only the first part has the sizes
	mov	eax, [si + FILE_SIZE]
	cmp	dword ptr [si + FILE_SIZE + 4], 0
	je	2f
	or	eax, -1			# too large for everything
2:	mov	[stream_size], eax
	mov	eax, [si + VALID_DATA_LENGTH]
	mov	[stream_initialized], eax
	mov	ax, [si + FLAGS]
	mov	[stream_flags], ax
	jmp	add_runs
