package kb

// A Band says what a match is good for.
type Band int

// The bands, from least to most certain.
const (
	Silent Band = iota // in a channel: say nothing
	Likely             // one of Hits, but which is not clear: ask
	Sure               // Hits[0] is the answer
)

func (b Band) String() string { return [...]string{"silent", "likely", "sure"}[b] }

// MarshalText gives the name of the band, as in JSON output.
func (b Band) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// A Result is what the matcher makes of one text.
type Result struct {
	Band Band  `json:"band"`
	Hits []Hit `json:"hits"`           // competing explanations, best first, three at most; also where the band is Silent
	Also []Hit `json:"also,omitempty"` // other errors recognised with certainty elsewhere in the same text; Hits[0] is nearest the cause
}

// A Hit is one entry that explains the text, or part of it.
type Hit struct {
	Entry      *Entry
	Confidence float64           // calibrated: the share of such hits that are right
	Codes      []string          // canonical codes of the entry that stand in the text
	Slots      map[string]string // what stood in the places of a template's slots
	Evidence   []Evidence        // why, in the order of the text
}

// The kinds of evidence.
const (
	EvidenceCode    = "code"    // an error code of the entry
	EvidenceSymbol  = "symbol"  // a symbolic name of the entry
	EvidenceMessage = "message" // a message of the entry, or most of it
	EvidencePhrase  = "phrase"  // a way people say it
	EvidenceWords   = "words"   // words of its title, cause and steps
)

// Evidence is one span of the text, in bytes of the text as it was given.
type Evidence struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}
