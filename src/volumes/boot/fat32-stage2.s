# Stage 2 of the FAT32 boot record: finds BOOTMGR in the root directory, follows its clusters and starts it.
# Everything on the volume is doubted: a chain that leaves the volume, meets a free or bad cluster or never ends is
# reported instead of followed.

	.set	EOC, 0x0ffffff8		# and above: end of a cluster chain
	.set	FIRST_CLUSTER, 2
	.set	CLUSTER_MASK, 0x0fffffff
	.set	DIRECTORY_SECTORS, 4096	# 2 MiB = 65,536 entries, the most that [MS-FAT] lets a directory have
	.set	EXCESS_CLUSTERS, 1024	# that a chain may go on behind the file's size before it counts as a loop

	.set	ENTRY_SIZE, 32		# directory entry
	.set	NAME_SIZE, 11		# DIR_Name: 8 + 3
	.set	DIR_Attr, 0x0b
	.set	DIR_FstClusHI, 0x14
	.set	DIR_FstClusLO, 0x1a
	.set	DIR_FileSize, 0x1c
	.set	NO_FILE, 0x18		# directory or volume label; a long name has the label's bit too

	.set	FAT_START, -12		# frame: sector (LBA) of the FAT in use
	.set	DATA_START, -16		# sector (LBA) of cluster 2
	.set	CLUSTER_END, -20	# first cluster number that the volume does not have
	.set	FAT_SECTOR, -24		# the one in FAT_BUFFER
	.set	REMAINING, -28		# sectors still to load
	.set	BUDGET, -30		# word: directory sectors still to search

stage_2:
	mov	si, offset text_volume
	cmp	word ptr [bp + BytsPerSec], SECTOR_SIZE
	jne	failed
	cmp	word ptr [bp + FATSz16], 0
	jne	failed
	cmp	word ptr [bp + FSVer], 0
	jne	failed
	movzx	ecx, byte ptr [bp + SecPerClus]
	test	cx, cx
	jz	failed

	# Which FAT: all are alike unless bit 7 of ExtFlags says that only one is kept
	mov	eax, [bp + FATSz32]
	mov	bx, [bp + ExtFlags]
	test	bl, bl
	js	1f
	mov	bl, 0
1:	and	ebx, 0x0f
	movzx	edi, byte ptr [bp + NumFATs]
	cmp	bx, di
	jae	failed
	imul	ebx, eax
	imul	edi, eax		# EDI = sectors of all FATs
	movzx	edx, word ptr [bp + RsvdSecCnt]
	add	ebx, edx
	add	edi, edx		# sectors before the data
	mov	edx, [bp + HiddSec]
	add	ebx, edx
	add	edx, edi
	mov	[bp + FAT_START], ebx
	mov	[bp + DATA_START], edx
	or	dword ptr [bp + FAT_SECTOR], -1

	# Clusters: as many as the volume has room for and the FAT has entries for
	shl	eax, 7
	xchg	eax, ebx		# EBX = FAT entries
	mov	eax, [bp + TotSec32]
	sub	eax, edi
	jb	failed
	xor	edx, edx
	div	ecx
	add	eax, FIRST_CLUSTER
	cmp	eax, ebx
	jb	2f
	mov	eax, ebx
2:	mov	[bp + CLUSTER_END], eax

	mov	word ptr [bp + BUDGET], DIRECTORY_SECTORS
	mov	eax, [bp + RootClus]
directory:
	call	check_cluster
	movzx	cx, byte ptr [bp + SecPerClus]
	sub	[bp + BUDGET], cx
	jb	damaged
	push	eax
	push	cx
	call	read_clusters
	pop	cx
	pop	eax
	shl	cx, 4			# sectors to entries
	push	LOAD_SEGMENT
	pop	es
entry:
	xor	bx, bx
	cmp	es:[bx], bl		# end of the directory
	je	missing
	test	byte ptr es:[bx + DIR_Attr], NO_FILE
	jnz	1f
	mov	si, offset name
	mov	di, bx
	push	cx
	mov	cx, NAME_SIZE
	repe cmpsb
	pop	cx
	je	found
1:	mov	dx, es			# step by segment: a cluster may have 64 KiB
	add	dx, ENTRY_SIZE / 16
	mov	es, dx
	loop	entry
	call	next_cluster
	cmp	eax, EOC
	jb	directory
missing:
	mov	si, offset text_missing
failed:
	jmp	fail

found:
	push	word ptr es:[bx + DIR_FstClusHI]
	push	word ptr es:[bx + DIR_FstClusLO]
	mov	eax, es:[bx + DIR_FileSize]
	call	check_room
	pop	eax
	and	eax, CLUSTER_MASK
	mov	[bp + REMAINING], ecx
	push	LOAD_SEGMENT
	pop	es

# Clusters that follow each other are read at once: a call per cluster is slow on USB 1.1.
load:
	call	check_cluster
	mov	edi, eax		# EDI = first cluster of the run, EBX = its sectors
	xor	ebx, ebx
1:	movzx	ecx, byte ptr [bp + SecPerClus]
	add	ebx, ecx
	mov	esi, eax
	call	next_cluster		# also behind the last cluster: its chain must end
	inc	esi
	cmp	ebx, [bp + REMAINING]
	jae	2f
	cmp	eax, esi
	jne	2f
	call	check_cluster
	jmp	1b
2:	mov	ecx, [bp + REMAINING]
	cmp	ebx, ecx
	jae	3f
	mov	ecx, ebx
3:	sub	[bp + REMAINING], ecx
	xchg	eax, edi
	call	read_run
	mov	eax, edi
	cmp	dword ptr [bp + REMAINING], 0
	jne	load

	# What is loaded is whole; but a chain that leads back into itself is a damaged FAT
	mov	cx, EXCESS_CLUSTERS
4:	cmp	eax, EOC
	jae	start
	call	check_cluster
	call	next_cluster
	loop	4b
damaged:
	mov	si, offset text_damaged
	jmp	fail

# in: EAX = cluster. Returns if the volume has it; keeps all registers
check_cluster:
	cmp	eax, FIRST_CLUSTER
	jb	damaged
	cmp	eax, [bp + CLUSTER_END]
	jae	damaged
	ret

# in: EAX = cluster of the root directory, CX = sectors. Reads to LOAD_SEGMENT
read_clusters:
	push	LOAD_SEGMENT
	pop	es
# in: EAX = first cluster, CX = sectors, ES = segment. out: ES moved on; EAX, EDX, SI lost
read_run:
	sub	eax, FIRST_CLUSTER
	movzx	edx, byte ptr [bp + SecPerClus]
	imul	eax, edx
	add	eax, [bp + DATA_START]
	jmp	read

# in: EAX = cluster that the volume has. out: EAX = what its FAT entry says; keeps the rest
next_cluster:
	pushad
	push	es
	mov	ebx, eax
	shr	eax, 7			# 128 entries a sector
	cmp	eax, [bp + FAT_SECTOR]
	je	1f
	mov	[bp + FAT_SECTOR], eax
	add	eax, [bp + FAT_START]
	mov	cx, 1
	push	FAT_BUFFER >> 4
	pop	es
	call	read
1:	and	bx, 0x7f
	shl	bx, 2
	mov	eax, [bx + FAT_BUFFER]
	and	eax, CLUSTER_MASK
	pop	es
	mov	bx, sp
	mov	[bx + 28], eax		# EAX as popad will set it
	popad
	ret

	.include "load.s"

name:
	.ascii	"BOOTMGR    "
text_damaged:
	.asciz	"FAT is damaged"
text_volume:
	.asciz	"not a usable FAT32 volume"
