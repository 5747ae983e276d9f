package match

import "testing"

// TestNamedCode checks which number of a text is named as an error code.
func TestNamedCode(t *testing.T) {
	for text, want := range map[string]string{
		"error 3106":                       "3106",
		"3106 오류":                          "3106",
		"I get 3106":                       "3106",
		"what is 3106?":                    "3106",
		"3106 떠요":                          "3106",
		"3106이 뭐예요?":                       "3106",
		"이제 3106 오류가 나요":                   "3106",
		"오류 코드 100050 나옵니다":                "100050",
		"100050 again":                     "100050",
		"3106":                             "3106",
		"ID 52":                            "52",
		"error 66317":                      "66317",
		"error 0x80070005":                 "0x80070005",
		"0x8007ABCD 오류요":                   "0x8007ABCD",
		"tape library is offline ID 24037": "24037",
		"3106 error":                       "3106",
		"server 12 has error 3106 now":     "3106",

		"I have 319 VMs to back up":   "",
		"we moved 324 servers":        "",
		"test":                        "",
		"replica":                     "",
		"52":                          "",
		"version 2.0.9052":            "",
		"at 10:15 on 2026-11-29":      "",
		"70% of the disk":             "",
		"319개 서버":                     "",
		"FS-11":                       "",
		"https://kb.example.com/3106": "",
	} {
		if got, ok := NamedCode(text, true); got != want || ok != (want != "") {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
	if got, ok := NamedCode("and then the second of the 3106", false); ok {
		t.Errorf("a number in a long text is taken for the code %q", got)
	}
}

func TestHasCode(t *testing.T) {
	for _, test := range []struct {
		text, code string
		want       bool
	}{
		{"The RPC server is unavailable (0x800706BA)", "0x800706ba", true},
		{"오류 0X800706BA입니다", "0x800706BA", true},
		{"error [0x29834]", "170036", true},
		{"(407) Proxy Authentication Required", "407", true},
		{"The RPC server is unavailable", "0x800706BA", false},
		{"error 4070", "407", false},
		{"0x800706BB", "0x800706BA", false},
	} {
		if got := HasCode(test.text, test.code); got != test.want {
			t.Errorf("%q has %s: %t, want %t", test.text, test.code, got, test.want)
		}
	}
}
