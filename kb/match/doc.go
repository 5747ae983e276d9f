// Package match finds the documents that explain a text. A document describes
// one known error: its messages in several languages, its codes, how people put
// it. A text is what a user pasted: a message that went through a log, a mail
// or a screenshot, cut, retyped, with talk around it, or something else
// altogether. The package knows texts, codes and numbers. It knows neither
// entries nor files.
//
// [New] builds an [Index] of documents (index.go, build.go). [Index.Match]
// takes a text through the stages of match.go:
//
//	normalize.go   Unicode, HTML entities, Hangul → plain text
//	tokenize.go    plain text → tokens: words, numbers, syllables
//	record.go      the times of log records, which are no tokens
//	terms.go       tokens → terms: stems, synonyms (lexicon.go), typos undone (typo.go)
//	code.go        numbers → error codes
//	announce.go    the shapes in which the products print a code
//	named.go       the code that a question names
//	query.go       holds all of this for the stages that follow
//	candidates.go  the 64 nearest templates (messages, symbols, phrases) by shared terms
//	context.go     what the text is about: these products, another one, trouble
//	rank.go        the 12 likeliest by trigrams, ranked by common substrings (trigrams.go)
//	align.go       the best 8 documents, word by word
//	role.go        what a code means for a document: its own, a companion, a sibling
//	score.go       features → odds
//	decide.go      odds → band: sure, likely or silent
//	conflict.go    the code of one error with the message of another → a question
//	sentence.go    a whole sentence of a message, which may be as good as the message
//	blocks.go      the same for each line and quotation, if the whole text is not sure
//	concept.go     what a text says in people's own words: objects, symptoms, stances
//	said.go        the frames and phrases of documents that these are like
//	features.go    the words, pairs and concepts of the text for the linear model
//	cosine.go      how similar the text is to all that is known of how people put a document
//	linear.go      the linear model: a complaint or talk, and about which document (table.go)
//	accept.go      all of that → odds of a question
//	talk.go        the words around an answer → talk, which gets none
//	cause.go       the root cause before the errors that follow from it
//	evidence.go    spans of the text, values of slots
//	doubt.go       why a document is not the answer
//	explain.go     all of this once more, slowly, for people who ask why
//	signals.go     what the linear model weighs, in words
//
// vocabulary.go numbers and weighs the terms: a term's weight is its inverse
// document frequency among the documents and all errors of the products
// (frequencies.go), 1,000 if ten or fewer have it and close to 0 if all do. windows.go
// cuts texts longer than windows of 8 KiB. lookup.go is for
// queries that a user types, which need less evidence than a paste: gibberish.go
// ignores paths and encoded data in them, and names.go finds pieces of symbols
// and titles of sections. background.go knows what the products' other errors
// say, too.
//
// High odds alone do not make an answer. The code of another error in the place
// of the message's own vetoes it, and so does a counterexample that fits better.
// And part of a message, in a sentence that goes on differently, is not the
// message. A short message in a line in which somebody tells that all is well is
// talk about the error.
//
// Whether to ask is decided by acceptance (accept.go): a logistic regression over
// the evidence, the concepts and the linear model. Both are fitted by TestFit on
// the texts of testdata/train, of which each folder is of one author, and judged
// on authors that they were not fitted on. The linear model knows the built-in
// entries by name. For other documents, frames and the cosine to their phrases take its place.
//
// Slow, plain versions of the stages are in the tests. The fast ones are
// checked against them on all small inputs and by fuzzing.
//
// # One paste
//
// The documents are those of testdata/documents.json. A test recomputes all
// numbers.
//
//	> The agent operaton failed becuase of a comunication error
//	> with the DPM Agent Cordinator service on FS-11.
//	happens since the upgrade, any ideas?
//
// The text is normalized already, so its plain text is the text itself. The
// quote marks and the punctuation separate tokens:
//
//	The | agent | operaton | failed | becuase | of | a | comunication | error |
//	with | the | DPM | Agent | Cordinator | service | on | FS | 11 | happens |
//	since | the | upgrade | any | ideas
//
// The tokens become terms, here with their weights. Four words are misspelled
// and corrected. "The" is in most errors of the products, "DPM" in many, and weighs
// little; "ideas" is in no document and weighs nothing. "upgrade" is not even in a
// word list: it is unknown.
//
//	The 9, agent 422, operaton → operation 293, failed → fail 29,
//	becuase → becaus 41, of 29, a 28, comunication → communication 713,
//	error 36, with 45, the 9, DPM 185, Agent 422, Cordinator → coordinator 906,
//	service → servic 355, on 25, FS 1000, happens → happen 0, since → sinc 0,
//	the 9, any 0, ideas → idea 0
//
// Looking up the terms gives the 64 nearest templates, of which four are shown.
// A rank is the shared weight, times the share of the template's weight that
// this is.
//
//	shared     of  rank
//	  3116   4044  2400  the agent operation failed because of a communicat…
//	  2240   4057  1236  the agent operation failed because the dpm agent c…
//	  1551   2620   918  pushing the dpm agent fails at the coordinator
//	  1337   3184   561  the agent push cannot reach the coordinator
//
// So the text is not unrelated. Trigrams select the 12 likeliest of these, and
// common substrings rank them, two points for each of their bytes:
//
//	trigrams  missing  points   rank
//	      92        8     180  36560  the agent operation failed because of a …
//	      63       22      66  16444  the agent operation failed because the d…
//	      30       14      30   9175  pushing the dpm agent fails at the coord…
//	      22       19      20   6463  the agent push cannot reach the coordina…
//
// A document ranks by its best template, its words anywhere, and its codes. The
// text is aligned word by word with the best 8 documents. It has nearly all of
// the first message, in one piece, and little else around it in the sentence.
// Of the second one it has less, with other words in between and around:
//
//	matched    of  skipped  unmatched  around
//	   3337  3589        0          0     368  the agent operation failed because…
//	   2541  3602        9        860    1034  the agent operation failed because…
//
// These are the features of the first document, with their weights in the
// logistic regression:
//
//	bias 1.00·-7.17, message 0.78·0.56, covered 0.86·-0.07, whole 1.00·-0.70,
//	continued 0.03·-1.29, phrase 0.23·2.73, ratio 0.64·2.67, shared 0.78·0.39,
//	product 1.00·0.51, unknown 0.20·0.70, margin 1.00·2.98,
//	trigrams 0.92·-0.40, substrings 0.87·6.89, phrase substrings 0.33·0.09,
//	trouble 1.00·-0.37, long 0.40·2.17
//
// Their products add up to the logarithm of the odds. A margin is how far a
// document is ahead of the next one that could mean the same words:
//
//	document 0  rank 49024  margin +1.00  odds +4.85  probability 0.992
//	document 1  rank 25404  margin -1.00  odds -5.18  probability 0.006
//
// No code or counterexample vetoes the first document, no other one is close,
// its odds are high, and its message is nearly complete, so it is the answer.
// The runs of the alignment lead back to bytes of the original text. The word
// after them is the value of the slot at the end of the message:
//
//	sure: document 0, confidence 0.992, slots map[ServerName:FS-11]
//	message at 6 to 102:
//	agent operaton failed becuase of a comunication error
//	> with the DPM Agent Cordinator service on
//
// With "(ID: 319)" at its end, which is a strong code of the document, the odds
// of the paste would be 11.24.
package match
