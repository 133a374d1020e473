/** Completion for bash 3.2 and later, without the bash-completion package. */
import { allCommands } from "../table/program.js";
import type { CommandSpec, OptionSpec } from "../table/spec.js";
import { namesOf, operandValues, programOptions, valued, valuesOf } from "./words.js";

export function bashCompletion(): string {
  const names = allCommands.map(({ name }) => name).join(" ");
  const own = programOptions.map(([option]) => option).join(" ");
  return `# bash completion for win7usb: source it, or put it into bash-completion's folder as "win7usb".
_win7usb() {
  local word=\${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD head= before command= i
  # "=" breaks words: "--filesystem=nt" arrives in three of them, "edition=Pro" of a list too: its name is the head.
  if [[ $word == = ]]; then word=; ((at -= 1)); elif [[ \${COMP_WORDS[at-1]} == = ]]; then ((at -= 2)); fi
  if ((at < COMP_CWORD)) && [[ \${COMP_WORDS[at]} != -* ]]; then head=\${COMP_WORDS[at]}=; fi
  while ((at > 2)) && [[ \${COMP_WORDS[at-1]} == = ]]; do
    ((at -= 2))
    [[ \${COMP_WORDS[at]} == -* ]] || head=\${COMP_WORDS[at]}=$head
  done
  before=\${COMP_WORDS[at]}
  [[ $before == -* ]] && ((at < COMP_CWORD)) || before=\${COMP_WORDS[at-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
${allCommands.map(commandCase).join("\n")}
    *) _win7usb_words "${names} ${own}" ;;
  esac
}
_win7usb_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
# The items of a list, behind its last comma.
_win7usb_items() {
  local whole=$head$word done=
  [[ $whole == *,* ]] && done=\${whole%,*},
  COMPREPLY=($(compgen -W "$1" -P "$done" -- "\${whole##*,}"))
  COMPREPLY=("\${COMPREPLY[@]#"$head"}")
  compopt -o nospace 2>/dev/null
}
_win7usb_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _win7usb win7usb
`;
}

function commandCase(command: CommandSpec): string {
  const options = [...command.options.flatMap(namesOf), "-h", "--help"].join(" ");
  const [operand] = command.operands;
  const values = operand === undefined ? [] : operandValues(operand);
  const words = values === "files" ? "_win7usb_files" : `_win7usb_words "${values.join(" ")}"`;
  const cases = valued(command).map(
    (option) => `        ${namesOf(option).join("|")}) ${valueWords(option)}; return ;;`,
  );
  const before = cases.length === 0 ? [] : ["      case $before in", ...cases, "      esac"];
  return [
    `    ${command.name})`,
    ...before,
    `      if [[ $word == -* ]]; then _win7usb_words "${options}"; else ${words}; fi`,
    "      ;;",
  ].join("\n");
}

function valueWords(option: OptionSpec): string {
  const values = valuesOf(option);
  if (values === null) return "COMPREPLY=()";
  if (values === "files") return "_win7usb_files";
  return `${option.kind === "list" ? "_win7usb_items" : "_win7usb_words"} "${values.join(" ")}"`;
}
