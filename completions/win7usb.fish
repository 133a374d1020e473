# fish completion for win7usb: put it into ~/.config/fish/completions as "win7usb.fish".
# The items of a list, behind its last comma.
function __win7usb_items
  set -l before (string match -r '^.*,' -- (commandline -ct))
  printf '%s\n' "$before"$argv
end
complete -c win7usb -f
complete -c win7usb -n __fish_use_subcommand -s V -l version -d "show the version"
complete -c win7usb -s h -l help -d "show help"
complete -c win7usb -n __fish_use_subcommand -a write -d "make a bootable stick or image file"
complete -c win7usb -n __fish_use_subcommand -a verify -d "say whether an ISO is sound, genuine, and what you need"
complete -c win7usb -n __fish_use_subcommand -a check -d "say whether a stick or image file is still what was written"
complete -c win7usb -n __fish_use_subcommand -a inspect -d "say what is in an ISO, or in a folder of drivers"
complete -c win7usb -n __fish_use_subcommand -a drives -d "list the drives that can be written"
complete -c win7usb -n __fish_use_subcommand -a completion -d "print what completes commands and options in a shell"
complete -c win7usb -n __fish_use_subcommand -a licences -d "print the licences of win7usb and of its parts"
complete -c win7usb -n __fish_use_subcommand -a help -d "show help for a command"
complete -c win7usb -n "__fish_seen_subcommand_from write" -F
complete -c win7usb -n "__fish_seen_subcommand_from write" -s f -l filesystem -x -a "auto fat32 ntfs" -d "file system: auto, fat32 or ntfs"
complete -c win7usb -n "__fish_seen_subcommand_from write" -s l -l label -x -d "volume label (default: the ISO's own)"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l signature -x -d "another disk signature, or one by the drive's serial"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l size -x -d "size of the image file (default: as small as can be)"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l drivers -r -F -d "drivers for USB 3, NVMe and the like, for Setup and Windows"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l updates -r -F -d "updates that the machine installs when Setup is done"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l edition -x -d "the edition that Setup installs, or a menu of all"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l answer-file -r -F -d "an answer file, so that Setup asks less"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l add -r -F -d "lay the files of a folder over the ISO's"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l only-changed -d "write only the blocks of a drive that differ"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l force -d "replace an existing image file"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l no-verify -d "do not read back what was written"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l allow -x -a "(__win7usb_items x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing name-unsupported name-collision replace unattended-wipe fixed-disk large-disk)" -d "lift refusals by their names"
complete -c win7usb -n "__fish_seen_subcommand_from write" -s y -l yes -d "do not ask before a drive is erased"
complete -c win7usb -n "__fish_seen_subcommand_from write" -s n -l dry-run -d "show what would be written, and write nothing"
complete -c win7usb -n "__fish_seen_subcommand_from write" -l json -d "one JSON event a line"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -F
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l deep -d "decompress every file of every WIM, compare its SHA-1"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l md5 -d "tell the MD5 too, beside SHA-1 and SHA-256"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l require -x -a "(__win7usb_items edition=Starter edition=HomeBasic edition=HomePremium edition=Professional edition=Enterprise edition=Ultimate arch=x86 arch=x64 sp=0 sp=1 language= genuine)" -d "exit with 4 unless all of these are met"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l allow -x -a "(__win7usb_items x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing altered)" -d "lift refusals by their names"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l verbose -d "every check, hash, edition and caveat"
complete -c win7usb -n "__fish_seen_subcommand_from verify" -l json -d "one JSON object on standard output"
complete -c win7usb -n "__fish_seen_subcommand_from check" -F
complete -c win7usb -n "__fish_seen_subcommand_from check" -l iso -r -F -d "compare with this ISO, to the byte"
complete -c win7usb -n "__fish_seen_subcommand_from check" -s l -l label -x -d "with --iso: the label that it was written with"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l signature -x -d "with --iso: the disk signature it was written with"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l drivers -r -F -d "with --iso: a folder of drivers that were added"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l updates -r -F -d "with --iso: the folder of updates that was added"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l edition -x -d "with --iso: the edition that it was written with"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l answer-file -r -F -d "with --iso: the answer file that was added"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l add -r -F -d "with --iso: a folder that was added"
complete -c win7usb -n "__fish_seen_subcommand_from check" -l json -d "one JSON object on standard output"
complete -c win7usb -n "__fish_seen_subcommand_from inspect" -F
complete -c win7usb -n "__fish_seen_subcommand_from inspect" -l verbose -d "every edition and boot entry; every device and file"
complete -c win7usb -n "__fish_seen_subcommand_from inspect" -l json -d "one JSON object on standard output"
complete -c win7usb -n "__fish_seen_subcommand_from drives" -l all -d "also the drives that would be refused, and why"
complete -c win7usb -n "__fish_seen_subcommand_from drives" -l json -d "one JSON object on standard output"
complete -c win7usb -n "__fish_seen_subcommand_from completion" -a "bash zsh fish powershell"
complete -c win7usb -n "__fish_seen_subcommand_from help" -a "write verify check inspect drives completion licences help"
