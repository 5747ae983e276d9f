package locale

import "slices"

// An Intent is what a reply says, as the language files name it. Yes and no are
// left to the caller, who knows what was asked.
type Intent string

// The intents. bot.Intent explains them.
const (
	IntentUnclear     Intent = ""
	IntentFixed       Intent = "fixed"
	IntentNotFixed    Intent = "not_fixed"
	IntentCameBack    Intent = "came_back"
	IntentPartial     Intent = "partial"
	IntentDone        Intent = "done"
	IntentNext        Intent = "next"
	IntentAlreadyDone Intent = "already_done"
	IntentCannot      Intent = "cannot"
	IntentSkip        Intent = "skip"
	IntentBack        Intent = "back"
	IntentRestart     Intent = "restart"
	IntentGoTo        Intent = "go_to"
	IntentAll         Intent = "all_steps"
	IntentExplain     Intent = "explain"
	IntentRepeat      Intent = "repeat"
	IntentUnsure      Intent = "unsure"
	IntentOtherError  Intent = "other_error"
	IntentPerson      Intent = "person"
	IntentWait        Intent = "wait"
	IntentQuiet       Intent = "quiet"
	IntentDirect      Intent = "direct"
	IntentInfo        Intent = "info"
	IntentScreenshot  Intent = "screenshot"
	IntentThanks      Intent = "thanks"
	IntentGreeting    Intent = "greeting"
	IntentHelp        Intent = "help"
	IntentList        Intent = "list"
	IntentSummary     Intent = "summary"

	IntentYes   Intent = "yes"
	IntentNo    Intent = "no"
	IntentNod   Intent = "nod"   // "ok": a yes, or no more than "I read that"
	IntentAnger Intent = "anger" // "this is useless"
	IntentHurry Intent = "hurry" // "production is down"
	IntentNone  Intent = "none"  // none of what was offered
	IntentTalk  Intent = "talk"  // certainly not meant for the bot

	// Only the model of a language finds these; the rules know no names.
	IntentChoose Intent = "choose" // names one of the answers
	IntentValue  Intent = "value"  // gives the name that was asked for
)

// precedence orders the intents: in a reply that says several things, the first
// one counts. What happened to the error wins over what was done, and that over
// courtesies.
var precedence = []Intent{
	IntentPerson, IntentOtherError,
	IntentPartial, IntentCameBack, IntentNotFixed, IntentFixed,
	IntentCannot, IntentScreenshot, IntentSummary, IntentRestart, IntentAll, IntentGoTo, IntentBack, IntentDirect, IntentQuiet,
	IntentSkip, IntentAlreadyDone, IntentRepeat, IntentNone, IntentUnsure, IntentExplain, IntentHurry, IntentWait, IntentDone, IntentNext,
	IntentInfo, IntentAnger, IntentHelp, IntentList, IntentNo, IntentYes, IntentGreeting, IntentNod, IntentThanks, IntentTalk,
}

var allIntents = append([]Intent{}, precedence...)

// outcome reports whether an intent says what happened to the error.
func outcome(i Intent) bool {
	return i == IntentFixed || i == IntentNotFixed || i == IntentCameBack || i == IntentPartial
}

// mainIntent returns the intent of a reply that counts. Of several outcomes the
// last one does: "thought it worked, it didn't". A doubt or an obstacle after
// the good news outweighs it.
func mainIntent(said []Intent) Intent {
	last := -1
	for i, s := range said {
		if outcome(s) {
			last = i
		}
	}
	unsure, cannot := slices.Index(said, IntentUnsure), slices.Index(said, IntentCannot)
	for _, p := range precedence {
		i := slices.Index(said, p)
		switch {
		case i < 0:
		case !outcome(p):
			return p
		case said[last] == IntentFixed && unsure > last:
			return IntentUnsure
		case said[last] == IntentFixed && cannot > last:
			return IntentCannot
		case said[last] != IntentCameBack && slices.Contains(said, IntentPartial):
			return IntentPartial
		case said[last] == IntentNotFixed && slices.Contains(said, IntentCameBack):
			return IntentCameBack
		default:
			return said[last]
		}
	}
	return IntentUnclear
}

// bare reports whether the intents are answers or courtesies only.
func bare(said []Intent) bool {
	return !slices.ContainsFunc(said, func(i Intent) bool {
		return i != IntentYes && i != IntentNo && i != IntentNod && i != IntentThanks && i != IntentGreeting
	})
}

// MaxUtterance is the length in characters of the longest message that can steer
// a walkthrough. Longer messages are pastes, or for people.
const MaxUtterance = 200

// QuestionMarks are the characters that mark a question.
const QuestionMarks = "?？"
