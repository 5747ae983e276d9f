// Package kb is the knowledge base: entries that each describe one known
// problem, and the loader that checks them. What recognizes an entry in a
// pasted text is package match; documents.go connects the two.
//
// load.go reads the files of a layer and parse.go the entries in them, shared.go
// with area.go, glossary.go, slot.go, fact.go, concepts.go, sibling.go and
// windows.go what is no entry, lint.go and its siblings check them, and base.go
// compiles them into a Base. way.go says how the questions and steps of an entry
// follow each other. live.go reloads a Base when its files change. show.go,
// output.go and selftest.go are the output of the kb and match commands.
package kb

// An Entry is one known problem: how to recognize it, its cause, what to ask,
// and the steps to fix it. One YAML file (or one line of a .jsonl file) is one
// entry. ID, Title and at least one of Codes, Symbols and Messages are
// required.
type Entry struct {
	ID        string `yaml:"id" json:"id"`                                   // the file's name without .yaml
	Product   string `yaml:"product,omitempty" json:"product,omitempty"`     // MABS, DPM or MARS
	Area      string `yaml:"area,omitempty" json:"area,omitempty"`           // a short ID; entries of one area are listed together
	Operation Text   `yaml:"operation,omitempty" json:"operation,omitempty"` // what the user was doing
	Title     Text   `yaml:"title" json:"title"`                             // the problem in one plain line

	Codes     []string   `yaml:"codes,omitempty" json:"codes,omitempty"`         // any spelling; compared by identity
	Relatives []string   `yaml:"relatives,omitempty" json:"relatives,omitempty"` // codes that appear with the error, such as those of its details: neither proof nor veto
	Symbols   []string   `yaml:"symbols,omitempty" json:"symbols,omitempty"`     // names such as FileFaultFault
	Messages  Texts      `yaml:"messages,omitempty" json:"messages,omitempty"`   // what the product prints; <Name> captures a value (a slot)
	Phrases   Texts      `yaml:"phrases,omitempty" json:"phrases,omitempty"`     // how users describe it without pasting it
	Frames    [][]string `yaml:"frames,omitempty" json:"frames,omitempty"`       // lists of concepts; a text with all concepts of a list means this problem

	Cause   Cause      `yaml:"cause,omitempty" json:"cause,omitempty"`     // why it happens, in one to three sentences; a list may have sentences that depend on what was seen
	Explain Text       `yaml:"explain,omitempty" json:"explain,omitempty"` // the answer to "what does that mean?"
	Facts   []string   `yaml:"facts,omitempty" json:"facts,omitempty"`     // IDs of facts that its conditions need; each is asked where one first depends on it
	Ask     []Question `yaml:"ask,omitempty" json:"ask,omitempty"`         // asked before the steps
	Steps   Steps      `yaml:"steps,omitempty" json:"steps,omitzero"`      // the steps to fix it
	Related []string   `yaml:"related,omitempty" json:"related,omitempty"` // IDs of other entries
	Causes  []string   `yaml:"causes,omitempty" json:"causes,omitempty"`   // IDs of entries whose errors follow from this one
	Sources []Source   `yaml:"sources,omitempty" json:"sources,omitempty"` // where the facts come from
	Notes   []Text     `yaml:"notes,omitempty" json:"notes,omitempty"`     // where sources disagree or err

	Owner    string `yaml:"owner,omitempty" json:"owner,omitempty"`         // who keeps the entry right, such as a team
	VerifyBy string `yaml:"verify_by,omitempty" json:"verify_by,omitempty"` // the date by which it should be compared with its sources again, as YYYY-MM-DD

	Examples Examples `yaml:"examples,omitempty" json:"examples,omitzero"` // the entry's own tests

	// Triage are the questions about Facts, in their order. Load sets them, so that
	// a walkthrough in progress keeps those that it began with.
	Triage []Question `yaml:"-" json:"triage,omitempty"`

	// Revision identifies the content of the entry: the first eight hexadecimal
	// digits of the SHA-256 of its JSON form. Load sets it.
	Revision string `yaml:"-" json:"-"`
}

// A Question is asked before the steps (or at one step), and its answer selects
// the branch. A question with a Slot and no choices asks for the value of that
// slot; it is asked only when a step needs the value and it is still unknown.
type Question struct {
	ID      string     `yaml:"id" json:"id"`                               // unique among the questions and steps of the entry
	Text    Text       `yaml:"text" json:"text"`                           // the question itself
	Explain Text       `yaml:"explain,omitempty" json:"explain,omitempty"` // the answer to "what does that mean?", or how to find out
	Slot    string     `yaml:"slot,omitempty" json:"slot,omitempty"`       // the slot whose value it asks for
	Choices []Choice   `yaml:"choices,omitempty" json:"choices,omitempty"` // the answers
	If      *Condition `yaml:"if,omitempty" json:"if,omitempty"`           // asked only if this holds; not for the question of a step
}

// A Choice is one answer. It leads to the step or question that Go names, or to
// another entry; with neither, to the next question, or to the first step after
// the last question. Say is shown before going on. A question is skipped if the
// paste answers it: if it contains words of When for exactly one choice. Words are
// how users say it in a reply, where the label alone would be too little.
type Choice struct {
	ID    string     `yaml:"id" json:"id"`                           // unique among the choices of the question
	Label Text       `yaml:"label" json:"label"`                     // the label of the button
	When  []string   `yaml:"when,omitempty" json:"when,omitempty"`   // words of a paste that give this answer, in any language
	Go    string     `yaml:"go,omitempty" json:"go,omitempty"`       // the ID of a step or question of this entry, or end
	Entry string     `yaml:"entry,omitempty" json:"entry,omitempty"` // the ID of another entry
	Words []string   `yaml:"words,omitempty" json:"words,omitempty"` // other words for this answer in a reply, in any language
	Say   Text       `yaml:"say,omitempty" json:"say,omitempty"`     // shown before going on
	If    *Condition `yaml:"if,omitempty" json:"if,omitempty"`       // offered only if this holds
}

// End, as the Next of a step or the Go of a choice, means that there is nothing
// left to try.
const End = "end"

// The orders of steps.
const (
	Alternatives = "alternatives" // try until one works
	Sequence     = "sequence"     // do all, in this order
)

// Steps are the steps to fix a problem.
type Steps struct {
	Order string `yaml:"order,omitempty" json:"order,omitempty"` // Alternatives (the default) or Sequence
	Items []Step `yaml:"items,omitempty" json:"items,omitempty"` // the steps themselves
}

// A Step is one action, or a Chain of actions that belong together. {Name} in
// its texts and its command is replaced by the value of that slot.
// {Name|the server} gives the words to use while the value is unknown; with
// {Name} alone the bot asks for it.
//
// A chain has an ID, a Title, its steps, and at most Explain, If and Next. Its steps
// are done in order: each of them ends with "Done?", only the last one with "Did
// that fix it?". Go may name a step of a chain, if what comes before it is
// known to be done; Next names the chain itself.
type Step struct {
	ID      string    `yaml:"id" json:"id"`                               // unique among the steps, chains and questions of the entry
	Title   Text      `yaml:"title,omitempty" json:"title,omitempty"`     // a short imperative; the heading of the step
	Do      Text      `yaml:"do,omitempty" json:"do,omitempty"`           // the action, in one to four short sentences; required unless the step is a chain
	Table   [][]Text  `yaml:"table,omitempty" json:"table,omitempty"`     // rows of short facts
	Path    string    `yaml:"path,omitempty" json:"path,omitempty"`       // a registry key, folder or file to copy
	Command *Command  `yaml:"command,omitempty" json:"command,omitempty"` // a command to copy
	Check   Text      `yaml:"check,omitempty" json:"check,omitempty"`     // what to see afterwards, or the question whether it helped
	Risk    Text      `yaml:"risk,omitempty" json:"risk,omitempty"`       // what is deleted, restarted or registered again
	Undo    Text      `yaml:"undo,omitempty" json:"undo,omitempty"`       // what to switch on again if the step after it in its chain or sequence is not done
	Explain Text      `yaml:"explain,omitempty" json:"explain,omitempty"` // the answer to "what does that mean?"
	Link    *Link     `yaml:"link,omitempty" json:"link,omitempty"`       // a page with more information
	Ask     *Question `yaml:"ask,omitempty" json:"ask,omitempty"`         // a question asked at this step
	Chain   []Step    `yaml:"chain,omitempty" json:"chain,omitempty"`     // steps that belong together, instead of an action; at least two
	Next    string    `yaml:"next,omitempty" json:"next,omitempty"`       // the step after this one, or end; by default the next in the list

	If *Condition `yaml:"if,omitempty" json:"if,omitempty"` // left out unless this holds
}

// Parts returns the steps to carry out: those of a chain, or the step itself.
func (s *Step) Parts() []*Step {
	if len(s.Chain) == 0 {
		return []*Step{s}
	}
	parts := make([]*Step, len(s.Chain))
	for i := range s.Chain {
		parts[i] = &s.Chain[i]
	}
	return parts
}

// The shells that slots can be quoted for.
const (
	ShellPowerShell = "powershell"
	ShellCmd        = "cmd"
)

// A Command is copied and run as it is. Slots in Run are unquoted; their values
// are quoted for the shell when they are filled in.
type Command struct {
	Shell string `yaml:"shell" json:"shell"` // ShellPowerShell or ShellCmd
	Run   string `yaml:"run" json:"run"`     // the command, its slots unquoted
}

// A Link is a page with more information.
type Link struct {
	URL  string `yaml:"url" json:"url"`   // https only
	Text Text   `yaml:"text" json:"text"` // the text of the link
}

// A Source is where the facts of an entry come from.
type Source struct {
	URL  string `yaml:"url" json:"url"`                       // https only
	Read string `yaml:"read,omitempty" json:"read,omitempty"` // the date on which it was read, or that of the edition, as YYYY-MM-DD
	Text Text   `yaml:"text,omitempty" json:"text,omitempty"` // the name of the page or section
}

// Examples are the entry's own tests: pastes that must lead to it, and
// counterexamples that must not.
type Examples struct {
	Match           []string `yaml:"match,omitempty" json:"match,omitempty"`   // pastes that lead to this entry
	Counterexamples []string `yaml:"silent,omitempty" json:"silent,omitempty"` // counterexamples: texts that must not lead here with certainty; a paste that fits one better than the entry is not answered
}
