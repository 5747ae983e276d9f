package bot

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mabsbot/bot/redact"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Messages that the bot could not answer, for those who write entries.

// An Unanswered is the record of a message that the bot could not answer. It has
// neither secrets nor the names of people and machines, if they were found.
type Unanswered struct {
	ID      QuestionID
	Place   Place     // without a channel if only the sender and the bot could read it
	Asker   string    // the ID of the user, so that it can be forgotten
	At      time.Time // when it was recorded; set by the store
	Why     Miss
	Text    string
	Key     string   // that of alike messages; see keyOf
	Nearest []string // entries, the nearest first
}

// A Miss is why a message is recorded.
type Miss string

// The misses. Only channels with ChannelPolicy.Unanswered record a MissNear.
const (
	MissUnmatched Miss = "unmatched" // it was for the bot, and not recognized
	MissNone      Miss = "none"      // the bot asked which error it is, and it was none of them
	MissNear      Miss = "near"      // it was for people, and almost led to a question
	MissUndecided Miss = "undecided" // the bot asked which error it is, and got no answer; such messages are not recorded, but found
)

// A Mark says what was decided about the messages with a key.
type Mark struct {
	Key   string
	State MarkState
	At    time.Time // set by the store
}

// A MarkState says which messages a Mark is about.
type MarkState string

// The states of a group of alike messages. Without a mark it is open.
const (
	MarkIgnored MarkState = "ignored" // those that come later, too
	MarkDone    MarkState = "done"    // those that came before: an entry or the negative corpus has them
)

// An UnansweredStore keeps records of messages that the bot could not answer.
type UnansweredStore interface {
	// Unanswered returns at most limit records, the latest first. Apply adds them: one
	// for each ID, at most MaxUnansweredByUser of a user in an hour, and the latest
	// MaxUnanswered of all. They are kept for UnansweredTTL.
	Unanswered(ctx context.Context, limit int) ([]Unanswered, error)

	// Unrecord removes the record of a message. So does Erase.
	Unrecord(ctx context.Context, message EventID) error

	// SetMark replaces the mark of a key; a State of "" removes it. The latest MaxMarks
	// are kept.
	SetMark(ctx context.Context, key string, state MarkState) error

	// Marks returns all marks.
	Marks(ctx context.Context) ([]Mark, error)

	// Asked returns at most limit walkthroughs that a message began and that changed
	// since a time, with the last change first. Of an Entry only the ID is set.
	Asked(ctx context.Context, since time.Time, limit int) ([]Walkthrough, error)
}

// WithEntry returns the walkthrough as UnansweredStore.Asked does: of its entry it has
// the ID, or there is none.
func (w Walkthrough) WithEntry(id string) Walkthrough {
	w.Entry = nil
	if id != "" {
		w.Entry = &kb.Entry{ID: id}
	}
	return w
}

// The bounds of records. A user who asks 20 different questions in an hour tries the
// bot out. At 2,000 messages a month, a busy support channel, the last two months
// would fit, and a page reads all of them in a tenth of a second. Marks are decisions
// of people, of which there are a few a day.
const (
	MaxUnansweredByUser = 20
	MaxUnanswered       = 5000
	MaxMarks            = 1000
)

// UnansweredTTL is how long records are kept: as long as conversations are by default.
const UnansweredTTL = 30 * 24 * time.Hour

// maxRecordedText is how many bytes of a text are recorded: more than any message of
// the corpora, and less than a log that is attached.
const maxRecordedText = 4000

// nearQuestion is the confidence from which a message for people is recorded. A question
// needs 0.79, or 0.5 in a channel about backups. Of the texts that kb/match is fitted
// to and that the bot ignores, 103 of 187 paraphrases of errors reach it, and 516 of
// 4,491 calm messages of people who run backups (TestNearQuestion).
const nearQuestion = 0.3

// isNear reports whether a message for people almost led to a question.
func isNear(found kb.Result) bool {
	return found.Band == match.Silent && len(found.Hits) > 0 && found.Hits[0].Confidence >= nearQuestion
}

// record adds to the turn that the message that began a walkthrough was not answered.
func (d decision) record(w Walkthrough, why Miss) {
	text := strings.TrimSpace(w.Text)
	if text == "" || w.Source == "" || d.head.From.Bot {
		return
	}
	names := w.names()
	for _, h := range d.found.Hits {
		names = append(names, slices.Collect(maps.Values(h.Slots))...)
	}
	u := &Unanswered{
		ID: RecordID(w.Source), Place: w.Thread.place(), Asker: w.Asker.ID, Why: why,
		Text: redacted(text, names...),
	}
	if w.isPrivate() || d.head.Direct {
		u.Place.Channel = ""
	}
	u.Key = keyOf(d.rules.Base, u.Text)
	for _, o := range w.Options {
		u.Nearest = append(u.Nearest, o.Entry)
	}
	if why == MissNear {
		for _, h := range d.found.Hits {
			u.Nearest = append(u.Nearest, h.Entry.ID)
		}
	}
	d.turn.Unanswered = u
}

// recordAgain records the message of a walkthrough that was edited, and is still not
// answered. Its record was removed before.
func (d decision) recordAgain(w Walkthrough) {
	if w.Status == StatusUnmatched {
		d.record(w, MissUnmatched)
	}
}

// RecordID returns the ID of the record of a message. All events about a message lead
// to the same one.
func RecordID(message EventID) QuestionID {
	return QuestionID("u" + hashed(string(message)+"#unanswered"))
}

// redacted returns the beginning of a text without secrets and names.
func redacted(text string, names ...string) string {
	text, _ = redact.Mask(strings.ToValidUTF8(text, "\uFFFD"))
	text = redact.Names(text, names...)
	if len(text) <= maxRecordedText {
		return text
	}
	n := maxRecordedText
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}

// isPrivate reports whether only the asker can read the thread: a direct message, or
// the answer to a command.
func (w *Walkthrough) isPrivate() bool {
	return w.Private || w.Thread.Root == "" || strings.HasPrefix(w.Thread.Root, CommandRoot) || strings.HasPrefix(w.Thread.Channel, DirectChannel)
}

// hexCode is an error code of Windows.
var hexCode = regexp.MustCompile(`\b0x[0-9a-f]{3,8}\b`)

// keyOf returns the key of a redacted text. It is a hash, so that a Mark keeps no text.
// Texts have the same key if they have the same codes that no entry has; otherwise if
// the matcher reads the same things, troubles and codes in them, in any language; and if
// it reads no thing with a trouble and no code, if they have the same words, whatever
// their order and case.
func keyOf(b *kb.Base, text string) string {
	e := b.Explain(text)
	var parts []string
	code := false
	for _, c := range e.Concepts {
		if c.Kind != match.Stance {
			parts = append(parts, "concept "+c.ID)
		}
	}
	known := map[string]bool{}
	for _, c := range e.Codes {
		if len(c.Entries) > 0 {
			code, known[strings.ToLower(c.Text)] = true, true
			parts = append(parts, "code "+strings.ToLower(c.Text))
		}
	}
	unknown := slices.DeleteFunc(hexCode.FindAllString(strings.ToLower(text), -1), func(c string) bool { return known[c] })
	switch {
	case len(unknown) > 0:
		parts = unknown
	case !code && !saysTrouble(e):
		parts = words(text)
	}
	slices.Sort(parts)
	return hashed(strings.Join(slices.Compact(parts), "\n"))
}

// saysTrouble reports whether a text itself says what goes wrong with what.
func saysTrouble(e kb.Explanation) bool {
	has := func(kind match.ConceptKind) bool {
		return slices.ContainsFunc(e.Concepts, func(c match.FoundConcept) bool { return c.Kind == kind })
	}
	return has(match.Object) && has(match.Symptom)
}

// words returns the words of a redacted text in lowercase, without placeholders, masks,
// paths, and what has digits.
func words(text string) []string {
	var all []string
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		if !strings.ContainsAny(word, `0123456789<>⟦⟧\`) {
			all = append(all, strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })...)
		}
	}
	return all
}
