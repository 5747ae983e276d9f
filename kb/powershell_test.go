package kb

import (
	"strings"
	"testing"
)

// TestNotReading has one line per thing that a script does.
func TestNotReading(t *testing.T) {
	for script, wants := range map[string]string{
		`Get-Service MSDPM`: "",
		`Get-Service MSDPM | Where-Object Status -eq Running | Format-List`:                   "",
		`$a = (Get-Item "C:\x").VersionInfo.FileVersion`:                                      "",
		`foreach ($k in $found.Keys) { '{0}: {1}' -f $k, $(if ($v) { $v } else { 'none' }) }`: "",
		`$t = if ($names) { $_.Message -replace '\s+', ' ' }  # a comment; Stop-Service x`:    "",
		`@{ LogName = 'a'; Level = 1, 2 }`:                                                    "",
		`$f = [ordered]@{ 'a' = (Get-Service x).Status }`:                                     "",
		`& { 'x' }`:                         "",
		`if (-not $a) { 'Stop-Service x' }`: "",
		`"$keys\x" | Get-Item | Select-Object -ExpandProperty Name`: "",

		`Stop-Service MSDPM`:                       "the command Stop-Service",
		`$a = Restart-Service x`:                   "the command Restart-Service",
		`Get-Service x | Restart-Service`:          "the command Restart-Service",
		"Get-Service x |\n  Stop-Service":          "the command Stop-Service",
		`if ($a) { Remove-Item x }`:                "the command Remove-Item",
		`foreach ($x in Clear-EventLog a) { $x }`:  "the command Clear-EventLog",
		`'{0}' -f (Set-Content x 1)`:               "the command Set-Content",
		`@{ a = Set-Content x 1 }`:                 "the command Set-Content",
		`"$(Stop-Service x)"`:                      "runs a command",
		`Format-Volume -DriveLetter D`:             "the command Format-Volume",
		`Get-Credential`:                           "the command Get-Credential",
		`net stop obengine`:                        "the command net",
		`rm x`:                                     "the command rm",
		`iex 'x'`:                                  "the command iex",
		`& 'C:\x.exe'`:                             "& runs what follows",
		`& $x`:                                     "& runs what follows",
		`. .\x.ps1`:                                "the sign . runs a script",
		`.\x.ps1`:                                  "the sign . runs a script",
		`(Get-Service x).Stop()`:                   "the method Stop",
		`$x.Delete()`:                              "the method Delete",
		`$x.ForEach{ 1 }`:                          "the method ForEach",
		`$x.$name`:                                 "is named by a value",
		`$x."Stop"()`:                              "is named by a value",
		`[IO.File]::Delete('x')`:                   "the sign ::",
		`Get-Service x | ForEach-Object Stop`:      "ForEach-Object with Stop",
		`Get-Service x | ForEach-Object -Mem Stop`: "ForEach-Object with -",
		`Get-Service x | % { $_ }`:                 "the sign %",
		`Get-Service > x.txt`:                      "the sign >",
		`Get-Service 2> x.txt`:                     "the sign >",
		`$x.Status = 1`:                            "is set",
		`$env:Path = 'x'`:                          "$env:Path is set",
		`$x[0] = 1`:                                "a value is set after ]",
		"St`op-Service x":                          "the sign `",
		`function f { 1 }`:                         "the command function",
		`exit`:                                     "the command exit",
		`$x = @'` + "\nStop-Service\n'@":           "the sign @",
		`Get-WinEvent x; Clear-EventLog y`:         "the command Clear-EventLog",
		`Get-Item x && Remove-Item x`:              "the command Remove-Item",
		`Invoke-Command { Get-Item x }`:            "the command Invoke-Command",
		`"x" | Out-File y`:                         "the command Out-File",
		`"an open string`:                          "the sign \"",
		`Get-Item "a`:                              "the sign \"",
		`Get-Item a#; Stop-Service x`:              "the command Stop-Service",
		`Get-Item 'a'#; Stop-Service x`:            "the command Stop-Service",
		"Get-Item é":                               "",
	} {
		got := strings.Join(notReading(script), "; ")
		if wants == "" && got != "" || !strings.Contains(got, wants) {
			t.Errorf("%s\n got %q, want %q", script, got, wants)
		}
	}
}
