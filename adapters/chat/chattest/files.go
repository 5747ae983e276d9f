package chattest

import (
	"path"

	"mabsbot/adapters/chat"
)

// MediaType returns the media type that platforms report for a file of a script.
func MediaType(name string) string {
	switch path.Ext(name) {
	case ".png":
		return "image/png"
	case ".zip":
		return "application/zip"
	case ".log":
		return "text/plain"
	}
	return "application/octet-stream"
}

// FileSize returns the size that platforms report for a file of a script. Logs are
// too large.
func FileSize(name string) int {
	if path.Ext(name) == ".log" {
		return chat.MaxFile + 1
	}
	return 1
}
