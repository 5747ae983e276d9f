// Package bot is the core of mabsbot. It knows neither platforms nor databases.
//
// # The story of one message
//
//	platform payload --events.go--> Event --kb.Base.Match--> kb.Result --Decide--> Turn --Store.Apply--> committed; only now acknowledged
//	                                                                                 \--Outbox--> Post --render.go--> platform payload
//
// An adapter (adapters/slack, adapters/discord, adapters/console,
// adapters/terminal) turns the payload of its platform into an [Event]
// (event.go): a [Message] that was posted, edited or deleted, or a [Press] on a
// button (button.go). [Bot.Run] (bot.go) runs the adapters, and each hands its
// events to the handler from [Bot.Handler] (handle.go).
//
// The handler matches the text with kb.Base.Match (kb/documents.go), loads the
// state of the thread from the [Store] (store.go), and calls [Decide]
// (decide.go). Decide makes every judgment and is a pure function. It reads an
// input, which nothing changes, and builds a [Turn] (turn.go):
//
//   - message.go handles messages, thread.go those in a thread with a
//     walkthrough, command.go the slash command, and press.go buttons;
//   - hear.go finds out what a reply wants, with scene.go for what the model of
//     the language makes of it, choices.go for answers to questions, change.go for
//     other answers to earlier ones, values.go for names and code.go for codes that
//     steps ask for; company.go tells whether it is meant for the bot, and steer.go
//     and after.go do it; aside.go answers a question in the same message; lines.go
//     and explain.go (with the glossary of the knowledge base) answer where nothing
//     moves; sibling.go says what is known of codes that have no entry;
//   - point.go reads what a message points at, and remembers what was looked at;
//     split.go joins messages that are split over two, and unread.go answers where files cannot be read;
//   - followup.go asks whether a fix held, and elsewhere.go continues in another
//     place;
//   - handover.go hands over to a person: brief.go describes the walkthrough to
//     the team as a Case (case.go), cases.go is what the team does with it, and
//     opencases.go lists those that are open; proposal.go lets a person publish the
//     answers in a supervised channel;
//   - language.go chooses the language of an answer, policy.go holds what the
//     owner configured, settings.go what administrators set with the command
//     of admin.go, which names other bots as otherbots.go reads, or on the page of channels.go, and botlimit.go limits the answers to other bots, and
//     noticelimit.go those to presses and pastes that repeat each other;
//   - shadow.go records what a channel in shadow mode would have read, and what
//     people think of it;
//   - audit.go says who changed what;
//   - collect.go offers the command that reads facts, and takes its output;
//   - count.go adds what happened to the figures of the operator, of which hits.go returns
//     those of entries, and learn.go what became of steps, by which it orders
//     alternatives; unanswered.go records what could not be answered,
//     and fixes.go what people say solved an error;
//   - incident.go counts who reports the same error in a channel, and posts one note about it,
//     and maintenance.go mutes errors for a time;
//   - secret.go masks secrets in what people write, and warns them;
//   - understood.go reports what the words of a message were understood as.
//
// walk.go moves a [Walkthrough] (walkthrough.go) through the questions and steps
// of its entry, whose order is in kb.Way (kb/order.go says which may change), fact.go knows the facts that they depend
// on, chain.go handles steps that belong together, and slots.go puts values into
// its commands. A voice (voice.go) renders each position (view.go),
// the introduction of the first (intro.go) and the list of all steps (overview.go)
// as a [Reply] (reply.go) in one language and without the markup of any platform,
// and post.go adds it to the turn; times.go has the times in it. The texts of the bot, and the words by which
// people steer it, are in bot/locale.
//
// The turn holds the new states and the posts to send. [Store.Apply] commits
// them in one transaction, together with the ID of the event; bot/store
// implements it on SQLite and PostgreSQL, and in memory for tests. Only then does
// the handler return, and the adapter acknowledge the event to its platform. A message
// without consequences is not written anywhere; of a colleague's message in the
// thread of a walkthrough only the fact that others take part is stored. The one
// exception is what the bot could not answer: a message to it, and in channels that opt
// in, one that almost led to a question. They are kept for 30 days, redacted
// (unanswered.go). A message that a person names as the fix of an error is recorded in the
// same way, with the question that it answers (fixes.go).
//
// The sender of each adapter (outbox.go) claims posts from the [Outbox], in
// order within a thread, and hands them to [Adapter.Post] (adapter.go); rest.go
// knows the channels that have to wait, and backlog.go warns when posts wait for
// long. See outbox.go for the delivery guarantees. lease.go elects the one of several
// processes that does work which is for one at a time. serving.go says which
// adapters work. digest.go posts the figures of a week, which digestview.go renders.
// configure.go replaces the configured policy while the bot runs.
//
// library.go, operations.go, questions.go, groups.go, suggest.go and unfinished.go answer queries that adapters make
// outside of events: pages of the knowledge base, explanations of a match,
// completions, and unfinished walkthroughs. editor.go saves changes of the knowledge
// base in the database, as the versions of files.go, and editor_try.go says what they do.
//
// # Packages
//
//	main               the program: runs adapters/cli
//	config             the configuration
//	kb                 the knowledge base: entries, their checks and their tests; kb/entries holds the built-in entries
//	kb/match           the matcher, which knows texts and codes but no entries
//	bot                this package
//	bot/locale         the languages of the bot
//	bot/redact         the kinds of secrets, which are neither quoted nor kept
//	bot/store          Store, Outbox and Inbox on SQLite and PostgreSQL, and in memory; postgrestest is for its tests
//	bot/observe        what the bot does, for metrics and the log
//	bot/bottest        conformance suites, for tests only
//	adapters/chat      code that the adapters of chat platforms share; chattest and chatfake are for their tests
//	adapters/slack     Slack; slackfake is a fake of it for tests
//	adapters/discord   Discord; discordapi is its client, discordfake a fake of it for tests
//	adapters/console   the web console, a simulated workspace
//	adapters/ops       health and metrics for operators, with Prometheus
//	adapters/traces    OpenTelemetry traces
//	adapters/terminal  a conversation in a terminal
//	adapters/scripted  a conversation for scripts, in memory
//	adapters/cli       the command line: commands and wiring
package bot
