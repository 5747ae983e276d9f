package cli

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestConsoleHash(t *testing.T) {
	hashOf := func(in string) string {
		var said bytes.Buffer
		Run([]string{"console", "hash"}, strings.NewReader(in), &said, &said)
		return said.String()
	}
	for in, password := range map[string]string{"open sesame\n": "open sesame", "open sesame": "open sesame", "a b \r\nmore": "a b "} {
		hash := strings.TrimSpace(hashOf(in))
		if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)); err != nil {
			t.Errorf("%q: %q: %v", in, hash, err)
		}
	}
	for _, in := range []string{"", "\n", strings.Repeat("x", 73)} {
		if said := hashOf(in); !strings.HasPrefix(said, "mabsbot: the password ") {
			t.Errorf("%q: %s", in, said)
		}
	}
}
