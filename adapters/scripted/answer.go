package scripted

import (
	"bytes"
	"encoding/json"
	"io"

	"mabsbot/bot"
)

// An answer is one line of the output.
type answer struct {
	Intent bot.Intent   `json:"intent"` // of a text; "" for what is not meant for the bot
	Also   []bot.Intent `json:"also,omitempty"`
	Choice string       `json:"choice"`
	Value  string       `json:"value"`

	Status   bot.Status `json:"status"` // of the conversation after the line
	Entry    string     `json:"entry"`
	Question string     `json:"question"`
	Slot     string     `json:"slot"`
	Step     string     `json:"step"`

	Posts []shown `json:"posts"`
	Error string  `json:"error"`
}

// A shown post is one that users see because of the line.
type shown struct {
	Text      string   `json:"text"`
	Buttons   []string `json:"buttons"`
	IDs       []string `json:"ids"`
	Private   bool     `json:"private"`             // only one user sees it
	Replaces  bool     `json:"replaces"`            // it changes an earlier post; without a text it deletes it
	Elsewhere bool     `json:"elsewhere,omitempty"` // it is not in the conversation of the script
}

// show returns a post as users see it.
func show(p bot.Post) shown {
	s := shown{
		Text: PlainText(p.Reply), Buttons: []string{}, IDs: []string{},
		Private: p.Private, Replaces: p.Replaces != "",
	}
	for _, b := range p.Reply.Buttons() {
		s.Buttons = append(s.Buttons, b.Label)
		s.IDs = append(s.IDs, b.Button.ID())
	}
	return s
}

// answer returns the output for the line that began last.
func (p *platform) answer(err error) answer {
	u, at := p.understood, p.walkthrough.Current()
	a := answer{
		Intent: u.Intent, Also: u.Also, Choice: u.Choice, Value: u.Value,
		Status: p.walkthrough.Status, Question: at.Question, Slot: at.Slot, Step: at.Step,
		Posts: p.fresh,
	}
	if p.walkthrough.Entry != nil {
		a.Entry = p.walkthrough.Entry.ID
	}
	if a.Posts == nil {
		a.Posts = []shown{}
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// writeLine writes an answer on a line of its own, for whatever a reader takes
// for the end of a line: the encoder leaves U+0085 (next line) as it is.
func writeLine(w io.Writer, a answer) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil {
		return err
	}
	_, err := w.Write(bytes.ReplaceAll(b.Bytes(), []byte("\u0085"), []byte(`\u0085`)))
	return err
}
