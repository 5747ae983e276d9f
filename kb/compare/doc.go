// Package compare measures the matcher beside other ways to find the entry that
// a paste is about: on the same messages, with the same pastes, in one run, one
// query at a time. Here, in this folder,
//
//	go test -run '^$' -bench . -timeout 30m
//
// prints a table of how often the first hit and one of the first three were
// right, and of the median and the 99th percentile of the time. -pastes and
// -seed make it shorter or another one.
//
//	corpus_test.go   the messages and the pastes that are made of them
//	noise_test.go    what happens to a message on its way into a channel
//	ways_test.go     the ways
//	compare_test.go  the measurement, the table, and a test that the matcher is not behind
package compare
