package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// interpretSequences makes the console interpret escape sequences, which it
// writes as text otherwise. The error means that it cannot: it is older than
// Windows 10 and Windows Server 2016.
func interpretSequences(out *os.File) (restore func(), err error) {
	console := windows.Handle(out.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return nil, err
	}
	err = windows.SetConsoleMode(console, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	return func() { windows.SetConsoleMode(console, mode) }, err
}

// systemLanguage returns the language of the user interface, such as "ko-KR".
func systemLanguage() string {
	languages, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(languages) == 0 {
		return ""
	}
	return languages[0]
}
