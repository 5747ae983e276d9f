// Package chattest is what the tests of adapters have in common: script.go plays
// the conversations of testdata/script on a chat platform, program.go runs the real
// program, buffer.go keeps what is written. It is imported by tests only.
package chattest
