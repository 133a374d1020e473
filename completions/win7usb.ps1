# PowerShell completion for win7usb: put it into $PROFILE, or dot-source it there.
Register-ArgumentCompleter -Native -CommandName win7usb -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $command = $words | Select-Object -Skip 1 | Where-Object { -not $_.StartsWith('-') } | Select-Object -First 1
  $before = $words[-1]
  $options = @()
  $values = @()
  $isList = $false
  switch ($command) {
    'write' {
      $options = @('-f', '--filesystem', '-l', '--label', '--signature', '--boot-prompt', '--format', '--size', '--drivers', '--updates', '--edition', '--answer-file', '--add', '--only-changed', '--force', '--no-verify', '--image-check', '--require', '--allow', '-y', '--yes', '-n', '--dry-run', '--json', '--quiet', '--log', '--map', '--record', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        { $_ -cin @('-f', '--filesystem') } { $values = @('auto', 'fat32', 'ntfs') }
        { $_ -cin @('-l', '--label') } { $values = @() }
        '--signature' { $values = @() }
        '--format' { $values = @('auto', 'raw', 'vhd', 'vhd-fixed', 'vhdx', 'qcow2', 'vmdk', 'vdi', 'gz', 'zst') }
        '--size' { $values = @() }
        '--drivers' { $values = @() }
        '--updates' { $values = @() }
        '--edition' { $values = @() }
        '--answer-file' { $values = @() }
        '--add' { $values = @() }
        '--image-check' { $values = @('auto', 'none', 'hash', 'deep') }
        '--require' { $values = @('edition=Starter', 'edition=HomeBasic', 'edition=HomePremium', 'edition=Professional', 'edition=Enterprise', 'edition=Ultimate', 'arch=x86', 'arch=x64', 'sp=0', 'sp=1', 'language=', 'sha1=', 'sha256=', 'genuine'); $isList = $true }
        '--allow' { $values = @('x64', 'rtm', 'pre-release', 'not-windows-7', 'no-boot-files', 'unreadable-wim', 'padding-missing', 'damaged', 'altered', 'name-unsupported', 'name-collision', 'replace', 'unattended-wipe', 'fixed-disk', 'large-disk'); $isList = $true }
        '--log' { $values = @() }
        '--record' { $values = @() }
      }
    }
    'clone' {
      $options = @('--format', '--only-changed', '--force', '--no-verify', '--allow', '-y', '--yes', '-n', '--dry-run', '--json', '--quiet', '--log', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--format' { $values = @('auto', 'raw', 'vhd', 'vhd-fixed', 'vhdx', 'qcow2', 'vmdk', 'vdi', 'gz', 'zst') }
        '--allow' { $values = @('fixed-disk', 'large-disk'); $isList = $true }
        '--log' { $values = @() }
      }
    }
    'update' {
      $options = @('--iso', '-l', '--label', '--signature', '--boot-prompt', '--drivers', '--updates', '--edition', '--answer-file', '--add', '--reset', '--no-verify', '--allow', '-y', '--yes', '-n', '--dry-run', '--json', '--quiet', '--log', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--iso' { $values = @() }
        { $_ -cin @('-l', '--label') } { $values = @() }
        '--signature' { $values = @() }
        '--drivers' { $values = @() }
        '--updates' { $values = @() }
        '--edition' { $values = @() }
        '--answer-file' { $values = @() }
        '--add' { $values = @() }
        '--reset' { $values = @('label', 'signature', 'boot-prompt', 'edition', 'answer-file', 'drivers', 'updates', 'add'); $isList = $true }
        '--allow' { $values = @('x64', 'rtm', 'pre-release', 'not-windows-7', 'no-boot-files', 'unreadable-wim', 'padding-missing', 'damaged', 'altered', 'name-unsupported', 'name-collision', 'replace', 'unattended-wipe', 'fixed-disk', 'large-disk'); $isList = $true }
        '--log' { $values = @() }
      }
    }
    'station' {
      $options = @('-f', '--filesystem', '-l', '--label', '--signature', '--boot-prompt', '--drivers', '--updates', '--edition', '--answer-file', '--add', '--only-changed', '--no-verify', '--image-check', '--require', '--only', '--max-size', '--take', '--stop-after', '--allow', '-y', '--yes', '--journal', '--json', '--quiet', '--log', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        { $_ -cin @('-f', '--filesystem') } { $values = @('auto', 'fat32', 'ntfs') }
        { $_ -cin @('-l', '--label') } { $values = @() }
        '--signature' { $values = @() }
        '--drivers' { $values = @() }
        '--updates' { $values = @() }
        '--edition' { $values = @() }
        '--answer-file' { $values = @() }
        '--add' { $values = @() }
        '--image-check' { $values = @('auto', 'none', 'hash', 'deep') }
        '--require' { $values = @('edition=Starter', 'edition=HomeBasic', 'edition=HomePremium', 'edition=Professional', 'edition=Enterprise', 'edition=Ultimate', 'arch=x86', 'arch=x64', 'sp=0', 'sp=1', 'language=', 'sha1=', 'sha256=', 'genuine'); $isList = $true }
        '--only' { $values = @(); $isList = $true }
        '--max-size' { $values = @() }
        '--take' { $values = @('empty', 'ours', 'any'); $isList = $true }
        '--stop-after' { $values = @() }
        '--allow' { $values = @('x64', 'rtm', 'pre-release', 'not-windows-7', 'no-boot-files', 'unreadable-wim', 'padding-missing', 'damaged', 'altered', 'name-unsupported', 'name-collision', 'replace', 'unattended-wipe'); $isList = $true }
        '--journal' { $values = @() }
        '--log' { $values = @() }
      }
    }
    'report' {
      $options = @('--page', '--json', '--quiet', '--log', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--page' { $values = @() }
        '--log' { $values = @() }
      }
    }
    'verify' {
      $options = @('--deep', '--md5', '--require', '--allow', '--verbose', '--json', '--quiet', '--log', '--record', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--require' { $values = @('edition=Starter', 'edition=HomeBasic', 'edition=HomePremium', 'edition=Professional', 'edition=Enterprise', 'edition=Ultimate', 'arch=x86', 'arch=x64', 'sp=0', 'sp=1', 'language=', 'sha1=', 'sha256=', 'genuine'); $isList = $true }
        '--allow' { $values = @('x64', 'rtm', 'pre-release', 'not-windows-7', 'no-boot-files', 'unreadable-wim', 'padding-missing', 'altered'); $isList = $true }
        '--log' { $values = @() }
        '--record' { $values = @() }
      }
    }
    'check' {
      $options = @('--iso', '-l', '--label', '--signature', '--boot-prompt', '--drivers', '--updates', '--edition', '--answer-file', '--add', '--json', '--quiet', '--log', '--map', '--record', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--iso' { $values = @() }
        { $_ -cin @('-l', '--label') } { $values = @() }
        '--signature' { $values = @() }
        '--drivers' { $values = @() }
        '--updates' { $values = @() }
        '--edition' { $values = @() }
        '--answer-file' { $values = @() }
        '--add' { $values = @() }
        '--log' { $values = @() }
        '--record' { $values = @() }
      }
    }
    'inspect' {
      $options = @('--machine', '--drivers', '--verbose', '--json', '--quiet', '--log', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--machine' { $values = @() }
        '--drivers' { $values = @() }
        '--log' { $values = @() }
      }
    }
    'read' {
      $options = @('--fill', '--retries', '--force', '--json', '--quiet', '--log', '--no-bell', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--retries' { $values = @() }
        '--log' { $values = @() }
      }
    }
    'drives' {
      $options = @('--all', '--json', '--quiet', '--log', '-h', '--help')
      switch -CaseSensitive ($before) {
        '--log' { $values = @() }
      }
    }
    'completion' {
      $options = @('-h', '--help')
      $values = @('bash', 'zsh', 'fish', 'powershell')
    }
    'licences' {
      $options = @('-h', '--help')
    }
    'help' {
      $options = @('-h', '--help')
      $values = @('write', 'clone', 'update', 'station', 'report', 'verify', 'check', 'inspect', 'read', 'drives', 'completion', 'licences', 'help')
    }
    default {
      $values = @('write', 'clone', 'update', 'station', 'report', 'verify', 'check', 'inspect', 'read', 'drives', 'completion', 'licences', 'help')
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
