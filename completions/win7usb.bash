# bash completion for win7usb: source it, or put it into bash-completion's folder as "win7usb".
_win7usb() {
  local word=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD head= before command= i
  # "=" breaks words: "--filesystem=nt" arrives in three of them, "edition=Pro" of a list too: its name is the head.
  if [[ $word == = ]]; then word=; ((at -= 1)); elif [[ ${COMP_WORDS[at-1]} == = ]]; then ((at -= 2)); fi
  if ((at < COMP_CWORD)) && [[ ${COMP_WORDS[at]} != -* ]]; then head=${COMP_WORDS[at]}=; fi
  while ((at > 2)) && [[ ${COMP_WORDS[at-1]} == = ]]; do
    ((at -= 2))
    [[ ${COMP_WORDS[at]} == -* ]] || head=${COMP_WORDS[at]}=$head
  done
  before=${COMP_WORDS[at]}
  [[ $before == -* ]] && ((at < COMP_CWORD)) || before=${COMP_WORDS[at-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
    write)
      case $before in
        -f|--filesystem) _win7usb_words "auto fat32 ntfs"; return ;;
        -l|--label) COMPREPLY=(); return ;;
        --signature) COMPREPLY=(); return ;;
        --format) _win7usb_words "auto raw vhd vhd-fixed vhdx qcow2 vmdk vdi gz zst"; return ;;
        --size) COMPREPLY=(); return ;;
        --drivers) _win7usb_files; return ;;
        --updates) _win7usb_files; return ;;
        --edition) COMPREPLY=(); return ;;
        --answer-file) _win7usb_files; return ;;
        --add) _win7usb_files; return ;;
        --image-check) _win7usb_words "auto none hash deep"; return ;;
        --require) _win7usb_items "edition=Starter edition=HomeBasic edition=HomePremium edition=Professional edition=Enterprise edition=Ultimate arch=x86 arch=x64 sp=0 sp=1 language= sha1= sha256= genuine"; return ;;
        --allow) _win7usb_items "x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing damaged altered name-unsupported name-collision replace unattended-wipe fixed-disk large-disk"; return ;;
        --log) _win7usb_files; return ;;
        --record) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "-f --filesystem -l --label --signature --boot-prompt --format --size --drivers --updates --edition --answer-file --add --only-changed --force --no-verify --image-check --require --allow -y --yes -n --dry-run --json --quiet --log --map --record --no-bell -h --help"; else _win7usb_files; fi
      ;;
    clone)
      case $before in
        --format) _win7usb_words "auto raw vhd vhd-fixed vhdx qcow2 vmdk vdi gz zst"; return ;;
        --allow) _win7usb_items "fixed-disk large-disk"; return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--format --only-changed --force --no-verify --allow -y --yes -n --dry-run --json --quiet --log --no-bell -h --help"; else _win7usb_files; fi
      ;;
    update)
      case $before in
        --iso) _win7usb_files; return ;;
        -l|--label) COMPREPLY=(); return ;;
        --signature) COMPREPLY=(); return ;;
        --drivers) _win7usb_files; return ;;
        --updates) _win7usb_files; return ;;
        --edition) COMPREPLY=(); return ;;
        --answer-file) _win7usb_files; return ;;
        --add) _win7usb_files; return ;;
        --reset) _win7usb_items "label signature boot-prompt edition answer-file drivers updates add"; return ;;
        --allow) _win7usb_items "x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing damaged altered name-unsupported name-collision replace unattended-wipe fixed-disk large-disk"; return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--iso -l --label --signature --boot-prompt --drivers --updates --edition --answer-file --add --reset --no-verify --allow -y --yes -n --dry-run --json --quiet --log --no-bell -h --help"; else _win7usb_files; fi
      ;;
    station)
      case $before in
        -f|--filesystem) _win7usb_words "auto fat32 ntfs"; return ;;
        -l|--label) COMPREPLY=(); return ;;
        --signature) COMPREPLY=(); return ;;
        --drivers) _win7usb_files; return ;;
        --updates) _win7usb_files; return ;;
        --edition) COMPREPLY=(); return ;;
        --answer-file) _win7usb_files; return ;;
        --add) _win7usb_files; return ;;
        --image-check) _win7usb_words "auto none hash deep"; return ;;
        --require) _win7usb_items "edition=Starter edition=HomeBasic edition=HomePremium edition=Professional edition=Enterprise edition=Ultimate arch=x86 arch=x64 sp=0 sp=1 language= sha1= sha256= genuine"; return ;;
        --only) COMPREPLY=(); return ;;
        --max-size) COMPREPLY=(); return ;;
        --take) _win7usb_items "empty ours any"; return ;;
        --stop-after) COMPREPLY=(); return ;;
        --allow) _win7usb_items "x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing damaged altered name-unsupported name-collision replace unattended-wipe"; return ;;
        --journal) _win7usb_files; return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "-f --filesystem -l --label --signature --boot-prompt --drivers --updates --edition --answer-file --add --only-changed --no-verify --image-check --require --only --max-size --take --stop-after --allow -y --yes --journal --json --quiet --log --no-bell -h --help"; else _win7usb_files; fi
      ;;
    report)
      case $before in
        --page) _win7usb_files; return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--page --json --quiet --log -h --help"; else _win7usb_files; fi
      ;;
    verify)
      case $before in
        --require) _win7usb_items "edition=Starter edition=HomeBasic edition=HomePremium edition=Professional edition=Enterprise edition=Ultimate arch=x86 arch=x64 sp=0 sp=1 language= sha1= sha256= genuine"; return ;;
        --allow) _win7usb_items "x64 rtm pre-release not-windows-7 no-boot-files unreadable-wim padding-missing altered"; return ;;
        --log) _win7usb_files; return ;;
        --record) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--deep --md5 --require --allow --verbose --json --quiet --log --record --no-bell -h --help"; else _win7usb_files; fi
      ;;
    check)
      case $before in
        --iso) _win7usb_files; return ;;
        -l|--label) COMPREPLY=(); return ;;
        --signature) COMPREPLY=(); return ;;
        --drivers) _win7usb_files; return ;;
        --updates) _win7usb_files; return ;;
        --edition) COMPREPLY=(); return ;;
        --answer-file) _win7usb_files; return ;;
        --add) _win7usb_files; return ;;
        --log) _win7usb_files; return ;;
        --record) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--iso -l --label --signature --boot-prompt --drivers --updates --edition --answer-file --add --json --quiet --log --map --record --no-bell -h --help"; else _win7usb_files; fi
      ;;
    inspect)
      case $before in
        --machine) _win7usb_files; return ;;
        --drivers) _win7usb_files; return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--machine --drivers --verbose --json --quiet --log -h --help"; else _win7usb_files; fi
      ;;
    read)
      case $before in
        --retries) COMPREPLY=(); return ;;
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--fill --retries --force --json --quiet --log --no-bell -h --help"; else _win7usb_files; fi
      ;;
    drives)
      case $before in
        --log) _win7usb_files; return ;;
      esac
      if [[ $word == -* ]]; then _win7usb_words "--all --json --quiet --log -h --help"; else _win7usb_words ""; fi
      ;;
    completion)
      if [[ $word == -* ]]; then _win7usb_words "-h --help"; else _win7usb_words "bash zsh fish powershell"; fi
      ;;
    licences)
      if [[ $word == -* ]]; then _win7usb_words "-h --help"; else _win7usb_words ""; fi
      ;;
    help)
      if [[ $word == -* ]]; then _win7usb_words "-h --help"; else _win7usb_words "write clone update station report verify check inspect read drives completion licences help"; fi
      ;;
    *) _win7usb_words "write clone update station report verify check inspect read drives completion licences help -h --help -V --version" ;;
  esac
}
_win7usb_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
# The items of a list, behind its last comma.
_win7usb_items() {
  local whole=$head$word done=
  [[ $whole == *,* ]] && done=${whole%,*},
  COMPREPLY=($(compgen -W "$1" -P "$done" -- "${whole##*,}"))
  COMPREPLY=("${COMPREPLY[@]#"$head"}")
  compopt -o nospace 2>/dev/null
}
_win7usb_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _win7usb win7usb
