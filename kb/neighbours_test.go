package kb

import "testing"

// Errors that differ from one of ours in a word or two, pasted without their
// codes, are not answered, for the entry names them as its neighbours.
func TestNeighbours(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"The agent operation failed because the DPM Agent Coordinator service is not responding.",
		"the agent operation failed because the DPM Agent Coordinator service on hv01 did not respond",
		"An error occurred when the agent operation attempted to communicate with the DPM Agent Coordinator service on FS1.",
		"An error occured when the agent operation attempted to create the DPM Agent Coordinator service on sql-prod",
		"The Microsoft .NET Framework 4.6 installation failed. All changes made by the Microsoft .NET Framework 4.6 installation to the system were rolled back.",
		"Recovery point for Volume D: on HV2 was created when the replica was inconsistent. Some data from this recovery point may contain partially synchronized data.",
		"DPM could not enumerate one or more volumes on protected computer FS-11.",
	} {
		if r := b.Match(text); r.Band == Sure {
			t.Errorf("%q: %s", text, r.summary())
		}
	}
	for text, want := range map[string]string{
		"The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS1.":     "dpm-agent-coordinator",
		"The replica of Volume D: on HV2 is inconsistent with the protected data source.":                                "replica-inconsistent",
		"An unexpected error occurred while the job was running. (ID 104 Details: The device is not ready (0x80070015))": "device-not-ready",
	} {
		if r := b.Match(text); r.Band != Sure || r.Hits[0].Entry.ID != want {
			t.Errorf("%q: %s, want %s", text, r.summary(), want)
		}
	}
}
