// Package chatfake holds what the fake chat platforms have in common: an HTTP
// server (server.go), failures on demand (faults.go), a record of calls
// (journal.go), waiting for changes (changes.go), a client program on Node.js to
// check a fake with the platform's own library (node.go), and copies of JSON
// values (json.go). Only fakes and tests import it.
package chatfake
