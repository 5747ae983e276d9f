package match

import (
	"slices"
	"testing"
)

func TestBlocks(t *testing.T) {
	ix := New(LoadDocuments(t))
	for _, c := range []struct {
		text string
		want []string
	}{
		{"The device is not ready.", nil},
		{"Hello.\nThe device is not ready.\nWhat now?", []string{"The device is not ready"}},
		{"Job details:\nThe device is not ready. (ID: 52)\nOne two three", []string{"The device is not ready. (ID: 52", "One two three"}},
		{`It says "the device is not ready" since Monday`, []string{"the device is not ready"}},
		{"어제부터 “디바이스가 준비되지 않음” 이라고 나옵니다", []string{"디바이스가 준비되지 않음"}},
		{"It says \"the device is not ready\"\nsince Monday", []string{"It says \"the device is not ready", "the device is not ready"}},
		{"Hello,\n(ID: 319)", []string{"ID: 319"}},
		{"`one two`, `three four five`", []string{"three four five"}},
	} {
		q := ix.query()
		q.load(c.text)
		var got []string
		for _, b := range q.blocks() {
			if e := q.span(EvidenceWords, b.from, b.to); !slices.Contains(got, e.Text) {
				got = append(got, e.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		ix.release(q)
	}
}

// TestLoadBlock checks that a block of a text is loaded as it is alone.
func TestLoadBlock(t *testing.T) {
	ix := New(LoadDocuments(t))
	const text = "Grüße &amp; hello\nThe agent operaton failed becuase of error 0x29834 on FS-11.\nbye now all"
	q, part, alone := ix.query(), newQuery(ix), newQuery(ix)
	q.load(text)
	for _, b := range q.blocks() {
		part.loadBlock(q, b)
		alone.load(part.plain.s)
		if !slices.Equal(part.termIDs, alone.termIDs) || !slices.Equal(part.codes, alone.codes) || !slices.Equal(part.unknown, alone.unknown) {
			t.Errorf("%q: terms %v, codes %v, unknown %v; alone %v, %v, %v", part.plain.s, part.termIDs, part.codes, part.unknown, alone.termIDs, alone.codes, alone.unknown)
		}
		for i, tok := range part.tokens {
			if got, want := text[part.plain.at(int(tok.from)):part.plain.at(int(tok.to))], part.plain.s[tok.from:tok.to]; got != want {
				t.Errorf("token %d of %q is %q in the text", i, want, got)
			}
		}
	}
}

// TestQuotedSentence checks when one sentence of a message is an answer.
func TestQuotedSentence(t *testing.T) {
	ix := New([]Document{{Messages: []string{
		"The blue widget of the backup could not be polished. Wait for a few minutes and then try the operation again.",
	}}, {Messages: []string{"The tape library is offline. Load the tape into the drive of the library."}}})
	for _, c := range []struct {
		text string
		want Band
	}{
		{"Dear team, DPM again, since Friday morning.\nThe blue widget of the backup could not be polished.\nAny idea what to do?", Sure},
		{"The blue widget of the backup could not be polished by anybody in the whole company", Likely},
		{"Dear team, since Friday DPM has trouble.\nWait for a few minutes and then try the operation again.\nAny idea?", Likely},
	} {
		if got := ix.Match(c.text).Band; got != c.want {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}

// TestWrappedMessage checks that a line of a message that was wrapped is no answer
// of its own, if it is a message of another document.
func TestWrappedMessage(t *testing.T) {
	ix := New([]Document{
		{Messages: []string{"Setup could not polish the blue widget."}},
		{Messages: []string{"Setup could not polish the blue widget. Without it the storage of the server may run full. To avoid this, turn the red knob."}},
		{Messages: []string{"Setup could not polish the blue widget. Without it the storage of the server may run full. To avoid this, turn the green knob."}},
	})
	const text = "It said:\nSetup could not polish the blue widget. Without\nit the storage of the server may run full. To\navoid this, turn\nwhat now?"
	if r := ix.Match(text); r.Band != Likely || len(r.Hits) != 2 || r.Hits[0].Doc == 0 || r.Hits[1].Doc == 0 {
		t.Errorf("%v %v, want a question about the second and the third", r.Band, r.Hits)
	}
}
