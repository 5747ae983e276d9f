package match

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseCode(t *testing.T) {
	const policy = 170036
	for s, want := range map[string]code{
		"0x29834": policy, "0X29834": policy, "Ox29834": policy, "29834h": policy, "170036": policy,
		"[0x29834]": policy, "ID:170036": policy, "(ID: 170036)": policy, "０ｘ２９８３４": policy, "0x00029834": policy,
		"error 170036": policy, "오류 170036": policy, "1000500": 1000500, "0x298340": 0x298340,
		"": 0, "abc": 0, "0x": 0, "0x80070005": 0, "12 34": 0, "4294967296": 0, "port 170036": 0, "1.5": 0,
	} {
		if got, ok := parseCode(s); got != want || ok != (want > 0) {
			t.Errorf("parseCode(%q) = %d, %t, want %d", s, got, ok, want)
		}
	}
}

// scanned returns the codes of a text in short: strong!, medium, bare?.
func scanned(text string) string {
	p, _, _ := normalize(text, nil, nil)
	var out []string
	for _, ref := range scanCodes(nil, p.s, tokenize(nil, p.s)) {
		out = append(out, fmt.Sprint(ref.code)+[]string{"", "?", "", "!"}[ref.strength])
	}
	return strings.Join(out, " ")
}

func TestScanCodes(t *testing.T) {
	for text, want := range map[string]string{
		"failed. (ID: 4024)":                   "4024!",
		"(ID 33621 Details: x)":                "33621!",
		"FileFaultFault(ID 33621)":             "33621!",
		"id33621":                              "33621!",
		"Error ID: 2013":                       "2013!",
		"오류 ID: 2013":                          "2013!",
		"Id.: 120002":                          "120002!",
		"오류[0x29834]로 인해":                      "170036!",
		"error 0X29834 again":                  "170036!",
		"Error: 100110":                        "100110",
		"오류 100050":                            "100050",
		"100050 오류":                            "100050",
		"34506 오류입니다":                          "34506",
		"100050 연결":                            "100050?",
		"fails with 2013":                      "2013?",
		"installation failed 4024)":            "4024?",
		"The device is not ready (0x80070015)": "",
		"PR #4024 is ready":                    "",
		"Event ID: 4024":                       "",
		"Task ID: 4024":                        "",
		"GET /items/100050 404":                "404?",
		"server.example:2013":                  "",
		"version 2.0.9052":                     "",
		"예산은 120002원, 2013년":                   "",
		"10.20.3.14 and 2020-05-28T03:06:21Z":  "",
		"1000500 is not 100050x":               "1000500?",
		"exit code 3221225477":                 "",
		"100110/x 50% 7":                       "",

		"Alert ID: 3106":                        "3106!",
		"AlertID: 3106":                         "3106!",
		"ErrorCode=0x29834":                     "170036!",
		"경고 ID: 3106":                           "3106!",
		"alert 3106":                            "3106",
		"DPM alert: 3106":                       "3106",
		"error code 3106":                       "3106",
		"경고 3106":                               "3106",
		"코드 3106":                               "3106",
		"오류 코드: 3106":                           "3106",
		"오류 번호 3106":                            "3106",
		"오류번호: 3106":                            "3106",
		"3106 error":                            "3106",
		"3106번 오류":                              "3106",
		"3106 alert":                            "3106",
		"Replica is inconsistent (3106)":        "3106",
		"Verification in progress (3104).":      "3104",
		"복제본이 불일치 (3106)":                       "3106",
		"fails with <0x29834>":                  "170036!",
		"see #0x29834":                          "170036!",
		"hr=0x29834":                            "170036!",
		"DPM event 3106":                        "3106",
		"Source: MSDPM\nEvent ID: 3106":         "3106",
		"Source: DPM-EM Date: x Event ID: 3106": "3106",
		"이벤트 ID: 3106, 원본: DPM-EM":              "3106",

		"event 3106":                 "3106?",
		"3106 alerts":                "3106?",
		"3106 errors":                "3106?",
		"전화번호 3106":                  "3106?",
		"레코드 3106":                   "",
		"이벤트 ID: 4024":               "",
		"ChangeId : 52":              "",
		"Object Id: 0x7":             "",
		"Volume Id : 12":             "",
		"TaskID: 4024":               "",
		"Job ID 4024":                "",
		"EventRecordID: 4024":        "",
		"Event Record ID: 4024":      "",
		"작업 ID: 4024":                "",
		"작업ID 4024":                  "",
		"레코드 ID: 4024":               "",
		"Object Id: 0x29834":         "",
		"Process ID 4024":            "",
		"alert(12)":                  "12?",
		"exit code 4024":             "",
		"종료 코드 4024":                 "",
		"HTTP error 403":             "",
		"status code: 500":           "",
		"Exchange (2013)":            "2013?",
		"Windows Server (2019)":      "2019?",
		"sent (12) files":            "12?",
		"(0x80070015)":               "",
		"Source: WSB\nEvent ID: 517": "",
	} {
		if got := scanned(text); got != want {
			t.Errorf("codes of %q: %q, want %q", text, got, want)
		}
	}
}

func FuzzScanCodes(f *testing.F) {
	f.Add("(ID: 4024) [0x29834] 100050 오류 99999999999999999999")
	f.Fuzz(func(t *testing.T, text string) {
		p, _, _ := normalize(text, nil, nil)
		units := tokenize(nil, p.s)
		for _, ref := range scanCodes(nil, p.s, units) {
			u := units[ref.token]
			if c, ok := number(p.s[u.from:u.to]); !ok || c != ref.code || ref.strength < bareCode {
				t.Fatalf("%q: %v", text, ref)
			}
		}
	})
}
