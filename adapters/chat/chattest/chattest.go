// Package chattest is what the tests of adapters have in common: script.go plays
// the conversations of testdata/script on a chat platform, core.go runs the bot,
// program.go the real program, kill.go kills it, wait.go waits for what must happen,
// buffer.go keeps what is written, stored.go copies a
// database that an earlier version of the program wrote. intake.go checks that
// nothing is lost that was acknowledged. It is imported by tests only.
package chattest
