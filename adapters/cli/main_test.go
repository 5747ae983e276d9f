package cli

import (
	"os"
	"testing"

	"mabsbot/adapters/chat/chattest"
)

// TestMain runs the tests in the folder of the module: they read its documents and
// examine its packages.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	chattest.Main(m)
}
