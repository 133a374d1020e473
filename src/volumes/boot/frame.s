# What disk.s and load.s share with their includers. Constants come first: GNU as takes a name that it does not know
# yet for an address, and would load from there instead of using the number.

# The frame below BP
	.set	DRIVE, -1		# byte: as handed over
	.set	TRIES, -2		# byte
	.set	TRACK_SECTORS, -6	# word: sectors a track; 0 = the BIOS knows no geometry
	.set	HEADS, -8		# word
	.set	FRAME, 64		# bytes reserved for all variables, ours and the includer's
	.set	SECTOR_SIZE, 512
	.set	SIGNATURE, 0xaa55
	.set	SIGNATURE_OFFSET, 0x1fe
	.set	SECTOR_PARAGRAPHS, SECTOR_SIZE / 16
	.set	TRANSFER_SECTORS, 64	# at most; aligned 32 KiB windows cannot cross a 64 KiB boundary
	.set	READ_TRIES, 6		# with an eighth of the sectors each: the last four read one
	.set	LAST_CYLINDER, 1023
	.set	FIRST_HARD_DISK, 0x80

	.set	EBDA_SEGMENT, 0x040e	# BIOS data area
	.set	LOWEST_TOP, 0x8000	# a smaller EBDA segment than 512 KiB is not one
	.set	LOAD_SEGMENT, 0x2000	# where BOOTMGR goes
