// Package chattest is what the tests of the adapters of chat platforms have in
// common: script.go plays the conversations of testdata/script, program.go runs
// the real program. It is imported by tests only.
package chattest
