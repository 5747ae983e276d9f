// Package chatfake is what the fake chat platforms have in common: server.go
// serves one over HTTP, faults.go lets its answers fail, journal.go records what
// it was asked, changes.go lets a test wait for what happens on it, node.go holds
// it against the platform's own library, and json.go copies JSON. It is imported
// by tests and by fakes only.
package chatfake
