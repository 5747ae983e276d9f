package bot

import "mabsbot/bot/locale"

// What the bot understands of the words of a message. A turn reports it, so that
// a test or a script sees it even if the answer is silence.

// Understood is what the bot took a message, or a value typed into a modal, for.
// The zero value is talk that is not meant for the bot. Presses, edits and
// commands are not words: they leave it zero.
type Understood struct {
	Intent Intent
	Also   []Intent // further intents of the same message, in the order said
	Choice string   // IntentChoose: the ID of the choice, entry or area; ChoiceNone for none of the entries
	Value  string   // IntentValue: the value alone
}

// ChoiceNone is the choice of who picks none of the entries offered.
const ChoiceNone = "none"

// An Intent is what a message wants of the bot at the current position of the
// conversation. Yes and no are not among them: what they mean depends on what
// the bot asked last.
type Intent string

// The intents.
const (
	IntentNone        Intent = ""             // people talking with each other
	IntentFixed       Intent = "fixed"        // the error is gone, or still gone
	IntentNotFixed    Intent = "not_fixed"    // did what the step says; the error is still there
	IntentCameBack    Intent = "came_back"    // the error was gone and is there again
	IntentPartial     Intent = "partial"      // better, but not gone everywhere or always
	IntentDone        Intent = "done"         // has carried the step out; says nothing about the error
	IntentNext        Intent = "next"         // wants the next step; says nothing about this one
	IntentAlreadyDone Intent = "already_done" // had done it before the bot said so
	IntentCannot      Intent = "cannot"       // is not able to do it
	IntentSkip        Intent = "skip"         // does not want to do or answer it
	IntentBack        Intent = "back"         // one position back
	IntentRestart     Intent = "restart"      // from the beginning of the entry
	IntentGoTo        Intent = "go_to"        // names a step to be shown
	IntentAllSteps    Intent = "all_steps"    // wants all steps at once
	IntentExplain     Intent = "explain"      // asks about the step or the question
	IntentRepeat      Intent = "repeat"       // wants the step or its command shown again
	IntentUnsure      Intent = "unsure"       // does not know the answer to what was asked
	IntentChoose      Intent = "choose"       // names an answer to a question, or one of several entries
	IntentValue       Intent = "value"        // gives the value that was asked for
	IntentOtherError  Intent = "other_error"  // names an error other than the current one
	IntentPerson      Intent = "person"       // wants a person, a ticket or a call
	IntentWait        Intent = "wait"         // will do it later; wants nothing now
	IntentQuiet       Intent = "quiet"        // wants the bot to stop here
	IntentDirect      Intent = "direct"       // wants to continue in a direct message
	IntentInfo        Intent = "info"         // adds a fact that answers nothing
	IntentScreenshot  Intent = "screenshot"   // points to a picture
	IntentThanks      Intent = "thanks"       // thanks or says goodbye; wants nothing
	IntentGreeting    Intent = "greeting"     // says hello
	IntentHelp        Intent = "help"         // asks what the bot can do
	IntentSummary     Intent = "summary"      // asks what was done so far
	IntentCollect     Intent = "collect"      // wants the command that reads facts, or gives its output
	IntentUnclear     Intent = "unclear"      // meant for the bot, and not understood
)

// understand records the intent of the message in the turn.
func (d decision) understand(i Intent) { d.turn.Understood = Understood{Intent: i} }

// asksAboutStep reports whether the bot last asked how the current step went.
func (w *Walkthrough) asksAboutStep() bool {
	at := w.asks()
	return at == askedFixed || at == askedDone || at == askedGone
}

// resolveButton returns what a user wants who names a button of the
// walkthrough in words.
func (w *Walkthrough) resolveButton(b Button) Understood {
	switch b.Action {
	case ActionStart:
		return Understood{Intent: IntentChoose, Choice: b.Entry}
	case ActionAnswer, ActionArea:
		return Understood{Intent: IntentChoose, Choice: b.Choice}
	case ActionOther:
		return Understood{Intent: IntentChoose, Choice: ChoiceNone}
	case ActionNext:
		if w.asksAboutStep() && w.prompt() == promptDone {
			return Understood{Intent: IntentDone}
		}
		return Understood{Intent: IntentNotFixed}
	case ActionFixed, ActionStillSolved:
		return Understood{Intent: IntentFixed}
	case ActionCameBack:
		return Understood{Intent: IntentCameBack}
	case ActionBack:
		return Understood{Intent: IntentBack}
	case ActionAll:
		return Understood{Intent: IntentAllSteps}
	case ActionPerson:
		return Understood{Intent: IntentPerson}
	case ActionSkip:
		return Understood{Intent: IntentSkip}
	case ActionCannot:
		return Understood{Intent: IntentCannot}
	case ActionDirect:
		return Understood{Intent: IntentDirect}
	case ActionCollect:
		return Understood{Intent: IntentCollect}
	}
	return Understood{} // ActionPublish, which only the answer to a command offers
}

// resolveAlone returns what words want where no conversation is under way.
func resolveAlone(r locale.Reading) Intent {
	switch r.Main {
	case locale.IntentThanks, locale.IntentPerson, locale.IntentHelp, locale.IntentGreeting, locale.IntentOtherError:
		return Intent(r.Main)
	case locale.IntentNod:
		return IntentThanks
	case locale.IntentList:
		return IntentHelp
	}
	return IntentUnclear
}
