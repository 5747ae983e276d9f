// Package compare measures the matcher and other ways to find the entry for a
// paste: on the same messages, with the same pastes, in one run, one query at a
// time. In this folder,
//
//	go test -run '^$' -bench . -timeout 30m
//
// prints a table of how often the first hit and one of the first three were
// right, and of the median and the 99th percentile of the time. -pastes and
// -seed change the number of pastes and which they are.
//
//	corpus_test.go    the messages and the pastes made from them
//	noise_test.go     what happens to a message on its way into a channel
//	matchers_test.go  the matchers
//	compare_test.go   the measurement, the table, and a test that ours is not behind
package compare
