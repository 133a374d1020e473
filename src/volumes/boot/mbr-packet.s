# The end of the first sector's code.

	# EDD disk address packet
packet:
	.byte	16, 0
	.word	1			# sectors
	.word	BOOT_SECTOR, 0		# offset, segment
packet_lba:
	.long	0, 0
	.org	CODE_SIZE		# fails to assemble if the code is longer
