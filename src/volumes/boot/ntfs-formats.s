# NTFS's structures and our memory as constants. They come first: GNU as takes a name that it does not know yet for
# an address, and would load from there instead of using the number.

# Variables, in segment 0
	.set	VARIABLES, 0x6000
	.set	cluster_sectors, VARIABLES	# dwords
	.set	record_sectors, VARIABLES + 0x04
	.set	block_sectors, VARIABLES + 0x08	# of an index block
	.set	vcn_sectors, VARIABLES + 0x0c	# that an index block's number counts
	.set	node_size, VARIABLES + 0x10	# bytes of the index node in memory, from its segment's start
	.set	node_end, VARIABLES + 0x14
	.set	run_start, VARIABLES + 0x18	# the run that is being decoded: its first sector in the stream
	.set	run_sectors, VARIABLES + 0x1c
	.set	run_cluster, VARIABLES + 0x20
	.set	base_record, VARIABLES + 0x24
	.set	stream_type, VARIABLES + 0x28	# what open_stream was asked for
	.set	wanted_type, VARIABLES + 0x2c	# what take_matching looks for now
	.set	stream_size, VARIABLES + 0x30	# bytes of what was found
	.set	list_size, VARIABLES + 0x34
	.set	stream_table, VARIABLES + 0x38	# words
	.set	stream_segment, VARIABLES + 0x3a
	.set	wanted_table, VARIABLES + 0x3c
	.set	wanted_segment, VARIABLES + 0x3e
	.set	stream_flags, VARIABLES + 0x40
	.set	run_end, VARIABLES + 0x42
	.set	levels, VARIABLES + 0x44
	.set	stream_found, VARIABLES + 0x46	# byte: 0 = no, or one of these
	.set	RESIDENT, 1
	.set	NONRESIDENT, 2
	.set	stream_initialized, VARIABLES + 0x48	# dword

# Records and attribute types
	.set	MFT_RECORD, 0
	.set	ROOT_RECORD, 5
	.set	ATTRIBUTE_LIST, 0x20
	.set	DATA, 0x80
	.set	INDEX_ROOT, 0x90
	.set	INDEX_ALLOCATION, 0xa0
	.set	LARGEST_RECORD_SECTORS, 8	# 4 KiB

# File records and attributes
	.set	RECORD, 0xa000		# segment 0: the record in memory
	.set	LIST_SEGMENT, 0x1800
	.set	LARGEST_LIST, 0x8000	# bytes; up to where the file is loaded
	.set	NTFS_SIGNATURE, 0x5346544e
	.set	FILE_SIGNATURE, 0x454c4946
	.set	INDEX_SIGNATURE, 0x58444e49
	.set	SEQUENCE_OFFSET, 0x04	# multi-sector header: the update sequence array
	.set	SEQUENCE_COUNT, 0x06
	.set	FIRST_ATTRIBUTE, 0x14	# file record
	.set	RECORD_FLAGS, 0x16
	.set	IN_USE, 1
	.set	BASE_RECORD, 0x20
	.set	ATTRIBUTE_TYPE, 0x00	# attribute
	.set	ATTRIBUTE_LENGTH, 0x04
	.set	FORM, 0x08		# 0 = resident
	.set	NAME_LENGTH, 0x09
	.set	NAME_OFFSET, 0x0a
	.set	FLAGS, 0x0c
	.set	ENCRYPTED, 0x4000
	.set	VALUE_LENGTH, 0x10	# resident
	.set	VALUE_OFFSET, 0x14
	.set	LOWEST_VCN, 0x10	# nonresident
	.set	MAPPING_PAIRS, 0x20
	.set	FILE_SIZE, 0x30
	.set	VALID_DATA_LENGTH, 0x38
	.set	RESIDENT_HEADER, 0x18
	.set	NONRESIDENT_HEADER, 0x40
	.set	LISTED_TYPE, 0x00	# attribute list entry
	.set	LISTED_LENGTH, 0x04
	.set	LISTED_RECORD, 0x10
	.set	LISTED_HEADER, 0x1a

# The root's index
	.set	ROOT_NODE, 0x10		# $INDEX_ROOT: where the node header lies
	.set	ROOT_BLOCK_SIZE, 0x08
	.set	BLOCK_NODE, 0x18	# index block: the same
	.set	NODE_FIRST, 0x00	# node header: offset of the first entry, from the header
	.set	NODE_LENGTH, 0x04
	.set	ENTRY_RECORD, 0x00	# index entry
	.set	ENTRY_LENGTH, 0x08
	.set	ENTRY_FLAGS, 0x0c
	.set	HAS_NODE, 1		# its last 8 bytes are the number of the node below
	.set	LAST, 2			# no key
	.set	ENTRY_HEADER, 0x10
	.set	KEY_FLAGS, ENTRY_HEADER + 0x38	# the key is a $FILE_NAME
	.set	KEY_LENGTH, ENTRY_HEADER + 0x40
	.set	KEY_NAME, ENTRY_HEADER + 0x42
	.set	KEY_DIRECTORY, 0x10000000
	.set	LARGEST_BLOCK_SECTORS, 128
	.set	MOST_LEVELS, 10		# 2^32 files need fewer; an index that loops ends here

# Tables of runs
	.set	TABLES, 0x1000		# segment
	.set	MOST_RUNS, 900		# in each of three tables of 32 KiB; BOOTMGR cannot have more than its sectors
	.set	TABLE_SIZE, 10880
	.set	TABLE_MFT, 0
	.set	TABLE_STREAM, TABLE_SIZE
	.set	TABLE_LIST, 2 * TABLE_SIZE
	.set	RUNS, 4			# table: number of runs (word), then the runs
	.set	RUN_START, 0		# run: first sector in the stream
	.set	RUN_LBA, 4		# on the disk; 0 = a hole
	.set	RUN_SECTORS, 8
	.set	RUN_SIZE, 12
