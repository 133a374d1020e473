/** Completion for PowerShell 5.1 and later. */
import { allCommands } from "../table/program.js";
import type { CommandSpec, OptionSpec } from "../table/spec.js";
import { namesOf, operandValues, valued, valuesOf } from "./words.js";

export function powershellCompletion(): string {
  return `# PowerShell completion for win7usb: put it into $PROFILE, or dot-source it there.
Register-ArgumentCompleter -Native -CommandName win7usb -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $command = $words | Select-Object -Skip 1 | Where-Object { -not $_.StartsWith('-') } | Select-Object -First 1
  $before = $words[-1]
  $options = @()
  $values = @()
  $isList = $false
  switch ($command) {
${allCommands.map(commandCase).join("\n")}
    default {
      $values = ${list(allCommands.map(({ name }) => name))}
      $options = '-h', '--help', '-V', '--version'
    }
  }
  # Files are PowerShell's own to complete: it does where nothing is offered.
  $head = if ($isList -and $wordToComplete -match '^(.*,)') { $Matches[1] } else { '' }
  $offered = if ($wordToComplete.StartsWith('-')) { $options } else { $values | ForEach-Object { $head + $_ } }
  $offered | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

function commandCase(command: CommandSpec): string {
  const [operand] = command.operands;
  const values = operand === undefined ? [] : operandValues(operand);
  const cases = valued(command).map(valueCase);
  return [
    `    '${command.name}' {`,
    `      $options = ${list([...command.options.flatMap(namesOf), "-h", "--help"])}`,
    ...(values === "files" || values.length === 0 ? [] : [`      $values = ${list(values)}`]),
    ...(cases.length === 0 ? [] : ["      switch -CaseSensitive ($before) {", ...cases, "      }"]),
    "    }",
  ].join("\n");
}

function valueCase(option: OptionSpec): string {
  const values = valuesOf(option);
  const names = namesOf(option);
  const isNamed = names.length === 1 ? `'${names[0]}'` : `{ $_ -cin ${list(names)} }`;
  const words = Array.isArray(values) ? list(values) : "@()";
  return `        ${isNamed} { $values = ${words}${option.kind === "list" ? "; $isList = $true" : ""} }`;
}

function list(words: readonly string[]): string {
  return `@(${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", ")})`;
}
