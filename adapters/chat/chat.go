// Package chat is what the adapters of chat platforms have in common: intake.go
// keeps what was acknowledged, lanes.go keeps order, cut.go shortens texts,
// file.go reads attached logs, words.go labels in several languages, json.go
// reads JSON of which not all is known, retry.go tries again, and throttle.go
// does not try too often.
package chat
