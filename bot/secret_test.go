package bot

import (
	"strings"
	"testing"

	"mabsbot/bot/redact"
)

// TestQuote checks that every kind of secret has a text in every language, and
// that a quotation is one line.
func TestQuote(t *testing.T) {
	all := builtinRules(t).Locales
	for _, kind := range redact.Kinds() {
		if secretText[kind] == "" {
			t.Errorf("there is no text for secrets of the kind %q", kind)
		}
	}
	for lang, want := range map[string]string{"en": "it is password=[password] on FS-11", "ko": "it is password=[암호] on FS-11"} {
		v := voice{locale: all[lang]}
		if got := v.quote("it is\n password=Winter2026\ton FS-11"); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

// TestSecretSlot checks that a secret is not put into a command.
func TestSecretSlot(t *testing.T) {
	key := strings.Repeat("Ab1+", 21) + "Cd=="
	if acceptable(key) || !acceptable("FS-11.corp.example") || !acceptable("1B2C3D4E-5F60-7182-93A4-B5C6D7E8F901") {
		t.Error("a storage key is acceptable, or a name or GUID is not")
	}
}
