package kb

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const output = `--- mabs facts 1 ---
server-name: MABS01
dpm-version: 14.0.46.0
protection-agent: 14.0.46.0
azure-agent: 2.0.9262.0
service-dpm: Running
service-obengine: Stopped
service-sqlagent: Running, Stopped
scratch-free: 3 GB
last-event: 2026-11-29 23:10 3106 DPM-EM: The replica of D:\ on FS-11 is inconsistent with the protected data source.
last-event: 2026-11-30 02:05 11 CloudBackup: The backup operation has completed with errors.
--- end ---`

// said formats what was found, without the values that every output has.
func said(found Collected, ok bool) string {
	if !ok {
		return "none"
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(found.Values)) {
		all = append(all, key+"="+found.Values[key])
	}
	s := strings.Join(all, " ")
	if !found.Whole {
		s += " cut"
	}
	if found.Rest != "" {
		s += " rest=" + found.Rest
	}
	return strings.TrimSpace(s)
}

// TestCollected has outputs as people paste them.
func TestCollected(t *testing.T) {
	b := collectorBase(t)
	const short = "--- mabs facts 1 ---\nserver-name: MABS01\nazure-agent: 2.0.9262.0\n--- end ---"
	const want = "azure-agent=2.0.9262.0 server-name=MABS01"
	for name, tt := range map[string]struct{ text, want string }{
		"whole":               {short, want},
		"words around":        {"here you go:\n" + short + "\nstill broken", want + " rest=here you go:\nstill broken"},
		"in a fence":          {"```\n" + short + "\n```", want},
		"quoted":              {"> " + strings.ReplaceAll(short, "\n", "\n> "), want},
		"in a list":           {"• " + strings.ReplaceAll(short, "\n", "\n• "), want},
		"numbered quotes":     {strings.ReplaceAll(short, "\n", "\n\t  "), want},
		"on one line":         {strings.ReplaceAll(short, "\n", " "), want},
		"empty lines between": {strings.ReplaceAll(short, "\n", "\r\n\r\n"), want},
		"long dashes":         {strings.ReplaceAll(strings.ReplaceAll(short, "---", "—-"), "azure-agent", "azure‑agent"), want},
		"full-width colons":   {strings.ReplaceAll(short, ":", "："), want},
		"capitals":            {strings.ToUpper(short), want},
		"quotes":              {strings.ReplaceAll(short, "MABS01", "“MABS01”"), want},
		"bold keys":           {strings.ReplaceAll(short, "azure-agent:", "**azure-agent**:"), want},
		"trailing spaces":     {strings.ReplaceAll(short, "\n", "   \u00a0\n"), want},
		"no end":              {strings.TrimSuffix(short, "\n--- end ---") + "\n\nis that enough?", want + " cut rest=is that enough?"},
		"no beginning":        {strings.TrimPrefix(short, "--- mabs facts 1 ---\n"), want + " cut"},
		"two lines alone":     {"server-name: MABS01\nazure-agent: 2.0.9262.0", want + " cut"},
		"one line alone":      {"azure-agent: 2.0.9262.0", "none"},
		"a line edited away":  {strings.ReplaceAll(short, "azure-agent: 2.0.9262.0", "azure agent is the newest"), "server-name=MABS01"},
		"only its ends":       {"--- mabs facts 1 ---\n--- end ---", ""},
		"with the command":    {"PS C:\\Users\\lee> " + b.Collector().Script + "\n" + short + "\nPS C:\\Users\\lee>", want},
		"the command alone":   {b.Collector().Script, ""},
		"two outputs":         {strings.ReplaceAll(short, "MABS01", "FS-11") + "\n" + short, want},
		"talk":                {"mabs facts: my server-name is mabs01, does that help?", "none"},
		"an error":            {"Details: The azure-agent failed. Server: FS-11", "none"},
		"wrapped": {"--- mabs facts 1 ---\nlast-event: 2026-11-29 23:10 3106 DPM-EM: The replica of volume D: on FS-11 is incon\nsistent.\n--- end ---",
			"last-event=2026-11-29 23:10 3106 DPM-EM: The replica of volume D: on FS-11 is inconsistent."},
		"wrapped and quoted": {"> --- mabs facts 1 ---\n> last-event: 2026-11-29 23:10 3106 DPM-EM: The replica\n> is inconsistent.\n> --- end ---",
			"last-event=2026-11-29 23:10 3106 DPM-EM: The replica is inconsistent."},
		"without names": {"--- mabs facts 1 ---\nlast-event: 2026-11-29 23:10 3106 DPM-EM: \n--- end ---", "last-event=2026-11-29 23:10 3106 DPM-EM"},
	} {
		if got := said(b.Collected(tt.text)); !strings.EqualFold(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, tt.want)
		}
	}
	found, ok := b.Collected(output)
	if !ok || !found.Whole || found.Rest != "" || len(found.Values) != 9 {
		t.Errorf("the output: %v", said(found, ok))
	}
	if len(found.Events) != 2 || found.Events[0].Error() != "The backup operation has completed with errors." ||
		found.Events[1].Error() != `The replica of D:\ on FS-11 is inconsistent with the protected data source. (ID 3106)` {
		t.Errorf("the events: %+v", found.Events)
	}
}

// TestReadings says which answers values have.
func TestReadings(t *testing.T) {
	b := collectorBase(t)
	for text, want := range map[string]string{
		"dpm-version: 13.0.657.0 server-name: DPM1":                 "version=mabs-v3 BackupServer=DPM1",
		"dpm-version: 14.0.30.0 azure-agent: 2.0.9263.0":            "version=mabs-v4",
		"dpm-version: 14.0.42.0 azure-agent: 2.0.9263.0":            "version=mabs-v4 replica-inconsistent/rollup=recalled",
		"dpm-version: 14.0.46.0 azure-agent: 2.0.9263.0":            "version=mabs-v4 replica-inconsistent/rollup=another",
		"dpm-version: 14.0.90.0 azure-agent: 2.0.9263.0":            "version=mabs-v4-ur2",
		"dpm-version: 10.19.58.0 azure-agent: 2.0.9263.0":           "version=dpm-2019",
		"dpm-version: 5.0.158.0 azure-agent: 2.0.9263.0":            "version=dpm-2019",
		"dpm-version: 10.22.189.0 azure-agent: 2.0.9263.0":          "version=dpm-2022 replica-inconsistent/rollup=recalled-dpm sql-driver-missing-3055/version=new",
		"dpm-version: 10.22.300.0 azure-agent: 2.0.9263.0":          "!version",
		"dpm-version: 10.25.1.0 azure-agent: 2.0.9263.0":            "version=dpm-2025",
		"dpm-version: none azure-agent: 2.0.9263.0":                 "version=mars passphrase-validate-100262/product=mars !BackupServer",
		"dpm-version: none azure-agent: none":                       "!version !BackupServer !passphrase",
		"azure-agent: 2.0.9051.0 dpm-version: 14.0.46.0":            "passphrase-120002/versions=agent-old",
		"azure-agent: 2.0.9262.0 dpm-version: 14.0.46.0":            "passphrase-120002/versions=both-current",
		"service-obengine: Stopped dpm-version: 14.0.46.0":          "online-rp-obengine/state=stopped",
		"service-obengine: Running dpm-version: 14.0.46.0":          "online-rp-obengine/state=running",
		"service-obengine: none dpm-version: 14.0.46.0":             "online-rp-obengine/state=missing",
		"service-obengine: none dpm-version: none":                  "!obengine",
		"service-obengine: StartPending dpm-version: 14.0.46":       "!obengine version=mabs-v4",
		"service-sqlagent: Running, Stopped dpm-version: 14":        "!scheduled-jobs",
		"dpm-version: 14.0.46.0 (rel.240101-1200) azure-agent: 2.0": "version=mabs-v4",
		"dpm-version: newest azure-agent: 2.0.9263.0":               "!version",
	} {
		found, ok := b.Collected(text)
		if !ok {
			t.Errorf("%s: not found", text)
		}
		var all []string
		for _, r := range b.Collector().Says(found.Values) {
			switch {
			case r.Fact != "":
				all = append(all, r.Fact+"="+r.Choice)
			case r.Slot != "":
				all = append(all, r.Slot+"="+found.Values[r.Value])
			default:
				all = append(all, r.Entry+"/"+r.Question+"="+r.Choice)
			}
		}
		got := " " + strings.Join(all, " ") + " "
		for part := range strings.FieldsSeq(want) {
			without, not := strings.CutPrefix(part, "!")
			if not && strings.Contains(got, " "+without) || !not && !strings.Contains(got, " "+part+" ") {
				t.Errorf("%s: got %s, want %s", text, got, part)
			}
		}
	}
}

// FuzzCollected checks that values are short lines, that nothing of a text is
// invented, and that an output is read whatever is written before it.
func FuzzCollected(f *testing.F) {
	b := collectorBase(f)
	f.Add(output)
	f.Add(b.Collector().Script)
	f.Add("> server-name: “A”\n> dpm-version: 14\n> — end —")
	f.Add("MABſ Facts 1 dpm-version: 1 server-\u200bname: 2")
	f.Fuzz(func(t *testing.T, text string) {
		if plain := normalizeOutput(text); !b.Collector().mayPrint(plain) && (outputBegins.MatchString(plain) || b.outputKeys.MatchString(plain)) {
			t.Errorf("%q is skipped", text)
		}
		found, ok := b.Collected(text)
		if !ok {
			return
		}
		for key, value := range found.Values {
			if b.Collector().line(key).Key != key || value == "" || utf8.RuneCountInString(value) > maxEvent || strings.ContainsFunc(value, unicode.IsControl) {
				t.Errorf("%q: %q", key, value)
			}
		}
		if len(found.Rest) > 3*len(text) {
			t.Errorf("the rest of %q is %q", text, found.Rest)
		}
		after, ok := b.Collected(text + "\n" + output)
		if want, _ := b.Collected(output); len(text)+len(output) < maxOutput && (!ok || !maps.Equal(after.Values, want.Values)) {
			t.Errorf("after %q: %v", text, said(after, ok))
		}
	})
}

// collectorBase returns a base with the built-in collector and no entries.
func collectorBase(t testing.TB) *Base {
	t.Helper()
	const file = shared + "/" + collectorFile
	data, err := fs.ReadFile(Builtin(), file)
	if err != nil {
		t.Fatal(err)
	}
	read := readCollector(file, data)
	if len(read.mistakes) > 0 {
		t.Fatal(read.mistakes)
	}
	c := &read.collectors[0].Collector
	return &Base{collector: c, outputKeys: keysForm(c.Lines)}
}
