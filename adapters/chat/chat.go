// Package chat is what the adapters of chat platforms have in common: lanes.go
// keeps order, cut.go shortens texts, file.go reads attached logs, words.go
// labels in several languages, lenient.go JSON of which not all is known,
// patience.go tries again, and breaker.go does not try too often.
package chat
