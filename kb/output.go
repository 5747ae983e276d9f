package kb

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"mabsbot/kb/match"
)

// A line is one question in the JSON lines protocol.
type line struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Lang string `json:"lang,omitempty"`
}

// An answer is one answer in the protocol, and the JSON form of a result.
type answer struct {
	ID     string      `json:"id,omitempty"`
	Band   match.Band  `json:"band"`
	Hits   []answerHit `json:"hits"`
	Also   []answerHit `json:"also,omitempty"`
	Micros float64     `json:"micros,omitempty"`
}

type answerHit struct {
	Entry      string            `json:"entry"`
	Confidence float64           `json:"confidence"`
	Codes      []string          `json:"codes"`
	Slots      map[string]string `json:"slots"`
	Evidence   []match.Evidence  `json:"evidence"`
}

// MatchOptions select the input and output of Match.
type MatchOptions struct {
	JSON   bool // write JSON instead of text
	Lines  bool // read and write JSON lines; see MatchLines
	Lookup bool // match as after /mabs instead of a paste
}

// Match matches a text and writes the result. If text is "" or "-", it is read
// from in.
func Match(w io.Writer, in io.Reader, b *Base, text string, o MatchOptions) error {
	if o.Lines {
		if text != "" {
			return errors.New("match --jsonl reads standard input and takes no text")
		}
		return MatchLines(b, in, w, o.Lookup)
	}
	if text == "" || text == "-" {
		data, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		text = string(data)
	}
	match := b.Match
	if o.Lookup {
		match = b.Lookup
	}
	switch {
	case o.JSON:
		return json.NewEncoder(w).Encode(match(text))
	case o.Lookup:
		return WriteResult(w, match(text))
	}
	return WriteExplanation(w, b, b.Explain(text))
}

// MatchLines answers questions, one JSON object {"id", "text"} per line, with
// one JSON object per line in the same order. A line that cannot be read is an
// error that names it.
func MatchLines(b *Base, in io.Reader, out io.Writer, lookup bool) error {
	match := b.Match
	if lookup {
		match = b.Lookup
	}
	r := bufio.NewReaderSize(in, 64<<10)
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		data, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if len(data) > 1 {
			var q line
			if e := json.Unmarshal(data, &q); e != nil {
				return fmt.Errorf("line %d: %w", n, e)
			}
			start := time.Now()
			result := match(q.Text)
			micros := float64(time.Since(start).Nanoseconds()/100) / 10
			a := answerOf(result)
			a.ID, a.Micros = q.ID, micros
			if e := enc.Encode(a); e != nil {
				return fmt.Errorf("line %d: %w", n, e)
			}
		}
		if err == io.EOF {
			return w.Flush()
		}
	}
}

func answerOf(r Result) answer {
	return answer{Band: r.Band, Hits: answerHits(r.Hits), Also: answerHits(r.Also)}
}

func answerHits(hits []Hit) []answerHit {
	out := make([]answerHit, 0, len(hits))
	for _, h := range hits {
		a := answerHit{h.Entry.ID, h.Confidence, h.Codes, h.Slots, h.Evidence}
		if a.Codes == nil {
			a.Codes = []string{}
		}
		if a.Slots == nil {
			a.Slots = map[string]string{}
		}
		if a.Evidence == nil {
			a.Evidence = []match.Evidence{}
		}
		out = append(out, a)
	}
	return out
}

// MarshalJSON writes the object of MatchLines without the ID and the time.
func (r Result) MarshalJSON() ([]byte, error) { return json.Marshal(answerOf(r)) }

// WriteResult writes a result for a person to read: the band, and each hit with
// its confidence and the words that led to it.
func WriteResult(w io.Writer, r Result) error {
	p := bufio.NewWriter(w)
	writeResult(p, r)
	return p.Flush()
}

func writeResult(p io.Writer, r Result) {
	fmt.Fprintln(p, r.Band)
	for _, h := range r.Hits {
		writeHit(p, h)
	}
	for _, h := range r.Also {
		fmt.Fprint(p, "also ")
		writeHit(p, h)
	}
}

func writeHit(w io.Writer, h Hit) {
	fmt.Fprintf(w, "%s %.3f\n", h.Entry.ID, h.Confidence)
	for _, e := range h.Evidence {
		fmt.Fprintf(w, "    %-8s %q at %d\n", e.Kind, e.Text, e.Start)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Slots)) {
		fmt.Fprintf(w, "    {%s} = %q\n", name, h.Slots[name])
	}
}
