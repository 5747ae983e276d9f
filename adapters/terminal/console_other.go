//go:build !windows

package terminal

import "os"

// interpretSequences does nothing: terminals interpret escape sequences.
func interpretSequences(*os.File) (restore func(), err error) { return func() {}, nil }

// systemLanguage returns "": the environment has the language.
func systemLanguage() string { return "" }
