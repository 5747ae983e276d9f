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
//	linear.go      the linear model: a complaint or talk, and about which document (table.go)
//	accept.go      all of that → odds of a question
//	cause.go       the root cause before the errors that follow from it
//	evidence.go    spans of the text, values of slots
//	doubt.go       why a document is not the answer
//	explain.go     all of this once more, slowly, for people who ask why
//
// vocabulary.go numbers and weighs the terms: a term's weight is its inverse
// document frequency among the documents and all errors of the products
// (frequencies.go), 1,000 if a single one has it and close to 0 if all do. windows.go
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
// entries by name. For other documents, frames and phrases take its place.
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
//	The 9, agent 300, operaton → operation 208, failed → fail 20,
//	becuase → becaus 29, of 21, a 20, comunication → communication 508,
//	error 26, with 32, the 9, DPM 132, Agent 300, Cordinator → coordinator 645,
//	service → servic 253, on 18, FS 756, happens → happen 0, since → sinc 0,
//	the 9, any 0, ideas → idea 0
//
// Looking up the terms gives the 64 nearest templates, of which four are shown.
// A rank is the shared weight, times the share of the template's weight that
// this is.
//
//	shared     of  rank
//	  2221   2882  1711  the agent operation failed because of a communicat…
//	  1596   2889   881  the agent operation failed because the dpm agent c…
//	  1106   1981   617  pushing the dpm agent fails at the coordinator
//	   954   2383   381  the agent push cannot reach the coordinator
//
// So the text is not unrelated. Trigrams select the 12 likeliest of these, and
// common substrings rank them, two points for each of their bytes:
//
//	trigrams  missing  points   rank
//	      92        8     180  33159  the agent operation failed because of a …
//	      63       22      66  13996  the agent operation failed because the d…
//	      30       14      30   7484  pushing the dpm agent fails at the coord…
//	      22       19      20   5008  the agent push cannot reach the coordina…
//
// A document ranks by its best template, its words anywhere, and its codes. The
// text is aligned word by word with the best 8 documents. It has nearly all of
// the first message, in one piece, and little else around it in the sentence.
// Of the second one it has less, with other words in between and around:
//
//	matched    of  skipped  unmatched  around
//	   2379  2560        0          0     368  the agent operation failed because…
//	   1808  2567        9        616     783  the agent operation failed because…
//
// These are the features of the first document, with their weights in the
// logistic regression:
//
//	bias 1.00·-6.75, message 0.55·0.01, covered 0.86·0.68, whole 1.00·-0.62,
//	continued 0.03·-1.28, phrase 0.15·2.17, ratio 0.61·2.43, shared 0.56·0.51,
//	product 1.00·0.50, unknown 0.20·0.60, margin 1.00·3.35,
//	trigrams 0.92·-0.65, substrings 0.87·6.10, phrase substrings 0.33·0.58,
//	trouble 1.00·-0.36, long 0.40·1.86
//
// Their products add up to the logarithm of the odds. A margin is how far a
// document is ahead of the next one that could mean the same words:
//
//	document 0  rank 42043  margin +1.00  odds +4.51  probability 0.989
//	document 1  rank 20380  margin -1.00  odds -5.58  probability 0.004
//
// No code or counterexample vetoes the first document, no other one is close,
// its odds are high, and its message is nearly complete, so it is the answer.
// The runs of the alignment lead back to bytes of the original text. The word
// after them is the value of the slot at the end of the message:
//
//	sure: document 0, confidence 0.989, slots map[ServerName:FS-11]
//	message at 6 to 102:
//	agent operaton failed becuase of a comunication error
//	> with the DPM Agent Cordinator service on
//
// With "(ID: 319)" at its end, which is a strong code of the document, the odds
// of the paste would be 9.69.
package match
