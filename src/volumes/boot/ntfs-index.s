# The root's index: a B+ tree of file names in upper-case order. Its root node lies in $INDEX_ROOT, the others are
# blocks of $INDEX_ALLOCATION. For BOOTMGR upper-casing ASCII is enough: no other character's upper case is ASCII.

# out: EAX = record of the file BOOTMGR
find_bootmgr:
	mov	eax, ROOT_RECORD
	mov	ecx, INDEX_ROOT
	mov	bx, TABLE_STREAM
	call	open_stream
	cmp	byte ptr [stream_found], RESIDENT
	jne	damaged
	push	dword ptr [stream_size]
	mov	eax, ROOT_RECORD
	mov	ecx, INDEX_ALLOCATION
	mov	bx, TABLE_STREAM
	call	open_stream		# a small index has none: then no entry has a node below
	pop	dword ptr [node_size]

	push	LOAD_SEGMENT
	pop	es
	mov	eax, es:[ROOT_BLOCK_SIZE]
	shr	eax, 9
	jz	damaged
	cmp	eax, LARGEST_BLOCK_SECTORS
	ja	damaged
	mov	[block_sectors], eax
	mov	ecx, [cluster_sectors]	# blocks smaller than a cluster are numbered by sectors
	cmp	ecx, eax
	jbe	1f
	mov	ecx, 1
1:	mov	[vcn_sectors], ecx
	mov	word ptr [levels], MOST_LEVELS
	mov	di, ROOT_NODE

# ES:DI = node header
search_node:
	movzx	eax, di
	mov	ecx, [node_size]
	sub	ecx, eax
	jbe	damaged
	mov	edx, es:[di + NODE_LENGTH]
	cmp	edx, ecx
	ja	damaged
	mov	ecx, es:[di + NODE_FIRST]
	cmp	ecx, edx
	jae	damaged
	add	edx, eax
	mov	[node_end], edx
	add	eax, ecx
	mov	si, ax

# ES:SI = entry. EDX = its end, ECX = its length
search_entry:
	movzx	edx, si
	add	edx, ENTRY_HEADER
	cmp	edx, [node_end]
	ja	damaged
	movzx	ecx, word ptr es:[si + ENTRY_LENGTH]
	cmp	cx, ENTRY_HEADER
	jb	damaged
	movzx	edx, si
	add	edx, ecx
	cmp	edx, [node_end]
	ja	damaged
	test	byte ptr es:[si + ENTRY_FLAGS], LAST
	jnz	go_down
	cmp	edx, [node_end]
	je	damaged
	cmp	cx, KEY_NAME
	jb	damaged
	movzx	eax, byte ptr es:[si + KEY_LENGTH]
	lea	eax, [eax * 2 + KEY_NAME]
	cmp	eax, ecx
	ja	damaged
	call	compare_name
	je	found
	jb	go_down
	mov	si, dx
	jmp	search_entry

found:
	mov	eax, es:[si + ENTRY_RECORD]
	cmp	word ptr es:[si + ENTRY_RECORD + 4], 0
	jne	damaged
	test	byte ptr es:[si + KEY_FLAGS + 3], KEY_DIRECTORY >> 24
	jnz	missing
	ret

# BOOTMGR, if it is there, lies in the node below the entry.
go_down:
	test	byte ptr es:[si + ENTRY_FLAGS], HAS_NODE
	jz	missing
	cmp	cx, ENTRY_HEADER + 8
	jb	damaged
	dec	word ptr [levels]
	jz	damaged
	mov	si, dx
	mov	eax, es:[si - 8]
	cmp	dword ptr es:[si - 4], 0
	jne	damaged
	mul	dword ptr [vcn_sectors]
	jc	damaged
	mov	ecx, [block_sectors]
	mov	bx, TABLE_STREAM
	push	LOAD_SEGMENT
	pop	es
	push	es
	call	read_stream
	pop	es
	cmp	dword ptr es:[0], INDEX_SIGNATURE
	jne	damaged
	mov	ecx, [block_sectors]
	call	apply_fixups
	mov	eax, [block_sectors]
	shl	eax, 9
	mov	[node_size], eax
	mov	di, BLOCK_NODE
	jmp	search_node

# in: ES:SI = entry. out: flags as of comparing BOOTMGR with its name; keeps all but AX, BX, DI
compare_name:
	push	si
	push	cx
	push	dx
	movzx	cx, byte ptr es:[si + KEY_LENGTH]
	mov	bx, offset name
	mov	ah, 0
1:	mov	al, [bx]
	jcxz	3f
	cmp	al, 1			# below: our name ends first
	jb	4f
	mov	dx, es:[si + KEY_NAME]
	cmp	dx, 'a'
	jb	2f
	cmp	dx, 'z'
	ja	2f
	sub	dx, 'a' - 'A'
2:	cmp	ax, dx
	jne	4f
	inc	bx
	inc	si
	inc	si
	dec	cx
	jmp	1b
3:	cmp	al, 0			# equal, or above: its name ends first
4:	pop	dx
	pop	cx
	pop	si
	ret

name:
	.asciz	"BOOTMGR"
