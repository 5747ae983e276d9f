// Package chattest holds what the tests of the adapters share; only tests import
// it. script.go plays the conversations of adapters/cli/testdata/script on a platform, core.go
// runs the bot, program.go the real program, and kill.go kills that under load.
// intake.go checks that nothing acknowledged is lost. wait.go waits for a state,
// files.go describes the files of scripts, buffer.go collects output, and stored.go copies a database that an earlier
// version of the program wrote.
package chattest
