// Package bot is the core of mabsbot. It knows no platform and no database.
//
// # The story of one message
//
//	platform payload --events.go--> Event --kb.Base.Match--> kb.Result --Decide--> Turn --Store.Apply--> committed; only now acknowledged
//	                                                                                 \--Outbox--> Post --render.go--> platform payload
//
// An adapter (adapters/slack, adapters/discord,
// adapters/console, adapters/terminal) turns what its platform
// sent into an [Event] (event.go): a [Message] that somebody wrote, edited or
// deleted, or a [Press] on a button (button.go) of ours. It hands the event to
// the handler that [Bot.Handler] made (handle.go; bot.go runs the adapters).
//
// The handler lets kb.Base.Match (kb/documents.go) name the entries that explain
// the text, loads from the [Store] (store.go) where the thread stands, and
// calls [Decide] (decide.go), which is the whole judgement and a pure function.
// What it reads and what it makes are two types: an input and a [Turn]
// (turn.go). message.go says what a message leads to, thread.go what is said in
// a thread under way, command.go what follows `/mabs`, press.go what a button
// leads to, followup.go what comes after "fixed", handover.go how a person is
// asked for, elsewhere.go how a conversation goes on in another place, and
// understood.go what a turn reports of the words of a message. policy.go is what
// the owner decided, language.go which language an answer has, botlimit.go how
// many answers other bots get.
//
// walk.go moves a [Walkthrough] (walkthrough.go) through the questions and steps
// of its entry, slots.go puts values into its commands. A voice (voice.go) in one
// language says what each position looks like (view.go), as a [Reply] (reply.go)
// without any platform's markup, and post.go adds it to the turn. The bot's own
// words, and the words by which people steer it, are in bot/locale.
//
// The turn holds the new states, and the posts to make.
// [Store.Apply] records them in one transaction together with the event's id;
// bot/store keeps them in SQLite, or in memory for tests. Only then does the
// handler return, and the adapter acknowledges the event to its platform. A
// message that leads to nothing is written nowhere.
//
// The sender of each adapter (outbox.go) claims posts from the [Outbox], in
// order within a thread, and gives them to [Adapter.Post] (adapter.go). What
// may happen twice, and what cannot, is said in outbox.go.
//
// library.go, suggest.go and unfinished.go are what adapters ask for besides:
// pages of the knowledge base, reasons, suggestions while somebody types, and
// where somebody has not finished.
//
// # Packages
//
//	main               commands, configuration, wiring, shutdown
//	config             what the owner configured
//	kb                 the knowledge base and its matcher; kb/entries are the built-in entries
//	bot                this package
//	bot/locale         languages: what the bot says, and how people steer it
//	bot/store          Store, Outbox and Inbox on SQLite, and in memory
//	bot/bottest        conformance suites, for tests only
//	adapters/chat      what the adapters of chat platforms have in common; its subpackages chattest what tests of
//	                   adapters have, chatfake what the stand-ins of platforms have
//	adapters/slack     a workspace of Slack; its subpackage slackfake stands in for one in tests
//	adapters/discord   an application of Discord; its subpackage discordfake stands in for it in tests
//	adapters/console   the web console, a simulated workspace
//	adapters/terminal  a conversation in a terminal
package bot
