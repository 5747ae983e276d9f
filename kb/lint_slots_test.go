package kb

import (
	"strings"
	"testing"
)

// TestExpressions checks that a slot is refused where PowerShell wants an operand.
func TestExpressions(t *testing.T) {
	for run, wrong := range map[string]bool{
		"Get-VM -Name {VM}":                        false,
		"Get-VM | Where-Object Name -eq {VM}":      false,
		"$vm = Write-Output {VM}":                  false,
		"Get-VM ('*' + (Write-Output {VM}) + '*')": false,
		"vssadmin list shadows /for={VM}":          false,
		"Get-VM ('*' + {VM})":                      true,
		"Get-VM ({VM|the VM} + '*')":               true,
		"$vm = {VM}":                               true,
		"$vm.Contains({VM})":                       true,
	} {
		entry := oneEntry + "ask: [{id: q, text: Name, slot: VM}]\nsteps: {items: [{id: s, do: Run., command: {shell: powershell, run: \"" + run + "\"}}]}\n"
		got := mistakesOf(t, folder("kb", "a.yaml", entry))
		if (len(got) > 0) != wrong || wrong && !strings.Contains(got[0].Text, "want (Write-Output {VM") {
			t.Errorf("%s: %v", run, got)
		}
		cmd := strings.Replace(entry, "powershell", "cmd", 1)
		if got := mistakesOf(t, folder("kb", "a.yaml", cmd)); len(got) > 0 {
			t.Errorf("cmd, %s: %v", run, got)
		}
	}
}
