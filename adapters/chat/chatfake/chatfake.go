// Package chatfake is what the fake chat platforms have in common: changes.go lets
// a test wait for what happens on one, node.go holds one against the platform's
// own library. It is imported by tests and by fakes only.
package chatfake
