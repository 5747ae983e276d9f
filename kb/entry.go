// Package kb is the knowledge base: entries that each describe one known
// problem, the loader that checks them, and the commands that show and test
// them. The matcher that recognizes their errors in what people paste is
// package match; documents.go tells it of the entries.
package kb

// An Entry is one known problem: how to recognise it, its cause, what to ask,
// and the steps out of it. One YAML file (or one line of a .jsonl file) is one
// entry; ID, Title and at least one of Codes, Symbols and Messages are
// required.
type Entry struct {
	ID        string `yaml:"id" json:"id"`                                   // the file's name without .yaml
	Product   string `yaml:"product,omitempty" json:"product,omitempty"`     // MABS, DPM or MARS
	Area      string `yaml:"area,omitempty" json:"area,omitempty"`           // a short id; entries of one area are listed together
	Operation Text   `yaml:"operation,omitempty" json:"operation,omitempty"` // what people were doing
	Title     Text   `yaml:"title" json:"title"`                             // the problem in one plain line

	Codes    []string `yaml:"codes,omitempty" json:"codes,omitempty"`       // any spelling; compared by identity
	Symbols  []string `yaml:"symbols,omitempty" json:"symbols,omitempty"`   // names such as FileFaultFault
	Messages Texts    `yaml:"messages,omitempty" json:"messages,omitempty"` // what the product prints; <Name> is a slot that captures
	Phrases  Texts    `yaml:"phrases,omitempty" json:"phrases,omitempty"`   // how people say it without pasting it

	Cause   Text       `yaml:"cause,omitempty" json:"cause,omitempty"`     // why it happens, in one to three sentences
	Ask     []Question `yaml:"ask,omitempty" json:"ask,omitempty"`         // asked before the steps
	Steps   Steps      `yaml:"steps,omitempty" json:"steps,omitzero"`      // the way out
	Related []string   `yaml:"related,omitempty" json:"related,omitempty"` // entry ids
	Sources []Source   `yaml:"sources,omitempty" json:"sources,omitempty"` // where the facts come from
	Notes   []Text     `yaml:"notes,omitempty" json:"notes,omitempty"`     // where sources disagree or err

	Examples Examples `yaml:"examples,omitempty" json:"examples,omitzero"` // the entry's own tests

	// Revision identifies the content of the entry: the first eight
	// hexadecimal digits of the SHA-256 of its JSON form. Set by Load.
	Revision string `yaml:"-" json:"-"`
}

// A Question is asked before the steps (or at one step) and its answer picks
// the way. A question with a Slot and no choices asks for the value of that
// slot; it is put only when a step needs the value and nobody gave it yet.
type Question struct {
	ID      string   `yaml:"id" json:"id"`                               // no other question or step of the entry has it
	Text    Text     `yaml:"text" json:"text"`                           // the question itself
	Slot    string   `yaml:"slot,omitempty" json:"slot,omitempty"`       // the slot whose value is asked for
	Choices []Choice `yaml:"choices,omitempty" json:"choices,omitempty"` // the answers
}

// A Choice is one answer. It leads to the step or question that Go names, or
// to another entry; with neither, to the next question, or the first step
// after the last. Say is told before going on. A question is not asked where
// the paste answers it: where words of When stand in it for just one choice.
type Choice struct {
	ID    string   `yaml:"id" json:"id"`                           // no other choice of the question has it
	Label Text     `yaml:"label" json:"label"`                     // what stands on the button
	When  []string `yaml:"when,omitempty" json:"when,omitempty"`   // words of a paste that give this answer, in any language
	Go    string   `yaml:"go,omitempty" json:"go,omitempty"`       // a step or question id of this entry, or End
	Entry string   `yaml:"entry,omitempty" json:"entry,omitempty"` // another entry's id
	Say   Text     `yaml:"say,omitempty" json:"say,omitempty"`     // told before going on
}

// End, as the Next of a step or the Go of a choice, means that nothing is left
// to try there.
const End = "end"

// The two orders of steps are different things and stay so.
const (
	Alternatives = "alternatives" // try until one works
	Sequence     = "sequence"     // do all, in this order
)

// Steps are the way out.
type Steps struct {
	Order string `yaml:"order,omitempty" json:"order,omitempty"` // Alternatives (the default) or Sequence
	Items []Step `yaml:"items,omitempty" json:"items,omitempty"` // the steps themselves
}

// A Step is one action. {Name} in any of its texts and in its command stands
// for the value of that slot; {Name|the server} gives the words to use while
// the value is unknown, and {Name} alone makes the bot ask for it.
type Step struct {
	ID      string    `yaml:"id" json:"id"`                               // no other step or question of the entry has it
	Title   Text      `yaml:"title,omitempty" json:"title,omitempty"`     // a short imperative; the heading of the step
	Do      Text      `yaml:"do" json:"do"`                               // the action, in one to four short sentences
	Table   [][]Text  `yaml:"table,omitempty" json:"table,omitempty"`     // rows of short facts
	Path    string    `yaml:"path,omitempty" json:"path,omitempty"`       // a registry key, folder or file to copy
	Command *Command  `yaml:"command,omitempty" json:"command,omitempty"` // a command to copy
	Check   Text      `yaml:"check,omitempty" json:"check,omitempty"`     // what to look at afterwards, or the question that tells whether it helped
	Risk    Text      `yaml:"risk,omitempty" json:"risk,omitempty"`       // what is deleted, restarted or registered anew
	Link    *Link     `yaml:"link,omitempty" json:"link,omitempty"`       // a page that says more
	Ask     *Question `yaml:"ask,omitempty" json:"ask,omitempty"`         // a question that is put at this step
	Next    string    `yaml:"next,omitempty" json:"next,omitempty"`       // the step after this one, or End; default: the next in the list
}

// The shells that slots can be quoted for.
const (
	ShellPowerShell = "powershell"
	ShellCmd        = "cmd"
)

// A Command is run as it stands. Slots stand unquoted in Run; their values are
// quoted for the shell when they are filled in.
type Command struct {
	Shell string `yaml:"shell" json:"shell"` // ShellPowerShell or ShellCmd
	Run   string `yaml:"run" json:"run"`     // the command, its slots unquoted
}

// A Link leads to a page that says more.
type Link struct {
	URL  string `yaml:"url" json:"url"`   // https only
	Text Text   `yaml:"text" json:"text"` // what the link says
}

// A Source is where the facts of an entry come from. Read is the date of the
// edition that was read, as YYYY-MM-DD.
type Source struct {
	URL  string `yaml:"url" json:"url"`                       // https only
	Read string `yaml:"read,omitempty" json:"read,omitempty"` // the date of the edition that was read, as YYYY-MM-DD
	Text Text   `yaml:"text,omitempty" json:"text,omitempty"` // the page's or section's name
}

// Examples are the entry's own tests: Match must lead to this entry, Silent
// must not.
type Examples struct {
	Match  []string `yaml:"match,omitempty" json:"match,omitempty"`   // pastes that lead to this entry
	Silent []string `yaml:"silent,omitempty" json:"silent,omitempty"` // texts that must not lead here with certainty; also what a paste is held against: one that goes better with them is not answered
}
