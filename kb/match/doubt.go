package match

// A Doubt is why a document is not the answer, or not even asked about.
type Doubt struct {
	Kind       DoubtKind
	Doc        int     // what contradicts it: another document, or -1
	Text       string  // what contradicts it: a code, as the text has it
	Has, Needs float64 // a share of a message, or a probability
}

// A DoubtKind is a kind of doubt.
type DoubtKind string

// The kinds of doubts.
const (
	DoubtUnrelated      DoubtKind = "unrelated"      // too little in common with any document
	DoubtWords          DoubtKind = "words"          // no message and no code, only words
	DoubtPart           DoubtKind = "part"           // too little of the message
	DoubtAround         DoubtKind = "around"         // the sentence around the message says something else
	DoubtOdds           DoubtKind = "odds"           // too unlikely for an answer
	DoubtRival          DoubtKind = "rival"          // another document is as near
	DoubtCode           DoubtKind = "code"           // the code of another error
	DoubtCounterexample DoubtKind = "counterexample" // a text that looks like the error and is none
	DoubtConflict       DoubtKind = "conflict"       // a code or symbol of one document, the message of another
	DoubtTalk           DoubtKind = "talk"           // it reads like talk, not like a complaint
	DoubtQuestion       DoubtKind = "question"       // too unlikely for a question
)

// Doubts returns all kinds of doubts.
func Doubts() []DoubtKind {
	return []DoubtKind{
		DoubtUnrelated, DoubtWords, DoubtPart, DoubtAround, DoubtOdds, DoubtRival,
		DoubtCode, DoubtCounterexample, DoubtConflict, DoubtTalk, DoubtQuestion,
	}
}
