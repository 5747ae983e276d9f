package bot

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// loadRules loads the built-in knowledge base and languages once, because that
// takes longer than most tests.
var loadRules = sync.OnceValues(func() (*Rules, error) {
	base, err := kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
	if err != nil {
		return nil, err
	}
	locales, err := locale.Load(locale.Builtin())
	return &Rules{Base: base, Locales: locales}, err
})

// builtinRules returns rules with the built-in knowledge base and languages.
func builtinRules(t *testing.T) *Rules {
	t.Helper()
	rules, err := loadRules()
	if err != nil {
		t.Fatal(err)
	}
	copied := *rules
	return &copied
}

// asking returns the decision about a question, and what the question says.
func asking(rules *Rules, lang, question string) (decision, locale.Reading) {
	d := decision{&input{written: question}, voice{rules: rules}, &Turn{}}
	return d.speaking(lang), rules.Locales.Read(question)
}

// explained returns the lines in which the bot explains "entry/step".
func explained(rules *Rules, lang, at, question string) []string {
	d, r := asking(rules, lang, question)
	entry, step, _ := strings.Cut(at, "/")
	return linesOf(d.explainStep(Walkthrough{Entry: rules.Base.Entry(entry), At: Position{Step: step}}, r))
}

// explainedQuestion returns the lines in which the bot explains the question of
// "entry/step", or of "entry".
func explainedQuestion(rules *Rules, lang, at, question string) []string {
	d, r := asking(rules, lang, question)
	entry, step, _ := strings.Cut(at, "/")
	w := Walkthrough{Entry: rules.Base.Entry(entry), At: Position{Step: step}}
	w.At.Question = w.Entry.Ask[0].ID
	if step != "" {
		w.At.Question = findStep(w.Entry, step).Ask.ID
	}
	return linesOf(d.explainQuestion(w, r))
}

func linesOf(blocks []Block) (lines []string) {
	for _, b := range blocks {
		lines = append(lines, b.Text)
	}
	return lines
}

// TestExplains checks that a question about a step gets what it asks for, and
// nothing else: the first line contains the words, and no line the others.
func TestExplains(t *testing.T) {
	rules := builtinRules(t)
	for _, c := range []struct{ lang, step, question, want, not string }{
		{"en", "replica-inconsistent/run-check", "what does that mean?", "The check compares the replica", "In the console"},
		{"en", "replica-inconsistent/run-check", "why?", "The check compares the replica", ""},
		{"en", "replica-inconsistent/run-check", "how long does that take?", "That takes long and loads disk", "In the console"},
		{"en", "replica-inconsistent/run-check", "which server?", "In the console under `Protection`", "takes long"},
		{"en", "replica-inconsistent/run-check", "do I have to reboot?", "No restart or interruption is noted", ""},
		{"en", "replica-inconsistent/run-check", "is it safe in production?", "Reads and compares all data", ""},
		{"en", "replica-inconsistent/run-check", "what is a replica?", "A replica is the full copy", "consistency check compares"},
		{"en", "replica-inconsistent/shadow-copy", "how do I do that?", "VSS is the Windows service", ""},
		{"en", "online-rp-obengine/restart", "will that interrupt running backups?", "Running online backups and restores are cut off", ""},
		{"en", "online-rp-obengine/start", "does that need a reboot?", "Starting it does not interrupt anything else", ""},
		{"en", "online-rp-obengine/start", "how do I open an elevated prompt?", "To open an elevated prompt, press Win+X", "OBEngine"},
		{"en", "online-rp-obengine/start", "how long will it take?", "My sources don't say how long", ""},
		{"en", "online-rp-obengine/start", "how long does a consistency check take?", "so it takes long", "sources do not say"},
		{"en", "setup-volsnap-optimization/find-key", "how long?", "for a minute or more", ""},
		{"en", "setup-volsnap-optimization/find-key", "is that dangerous?", "It only reads", "No risk is known"},
		{"en", "storage-pool-insufficient/delete-volumes", "where?", "On the backup server, `diskmgmt.msc` opens", ""},
		{"en", "basic-checks/tls", "do we need downtime for this?", "Restart the server afterwards", ""},
		{"en", "basic-checks/sql-agent", "is that on the backup server?", "Run this in PowerShell on the backup server", ""},
		{"en", "basic-checks/sql-agent", "mabsbot, what does that do?", "The backup server keeps its schedule", "MABS) is the product"},
		{"en", "basic-checks/sql-agent", "where do I find the vault credentials?", "The vault credentials are", "Run this in PowerShell"},
		{"en", "basic-checks/scratch-space", "where is the scratch folder?", "Run this on the backup server to see where", ""},
		{"en", "dpm-agent-coordinator/firewall", "do I do that on the backup server or on the file server?", "as administrator on", "keeps the first copy"},
		{"ko", "dpm-agent-coordinator/firewall", "어느 서버에서 하는 거죠? 백업서버요 파일서버요?", "관리자 권한 PowerShell에서 실행합니다", "첫 번째 복사본"},
		{"ko", "replica-inconsistent/run-check", "이게 무슨 뜻이에요?", "복제본을 보호된 서버의 데이터와 비교하여", "마우스 오른쪽 단추"},
		{"ko", "replica-inconsistent/run-check", "왜 해야 하나요?", "복제본을 보호된 서버의 데이터와 비교하여", ""},
		{"ko", "replica-inconsistent/run-check", "얼마나 걸려요?", "시간이 오래 걸리고", "마우스 오른쪽 단추"},
		{"ko", "replica-inconsistent/run-check", "어느 서버에서 하나요?", "콘솔의 `보호`(`Protection`)에서", "오래 걸리고"},
		{"ko", "replica-inconsistent/run-check", "재부팅되나요?", "다시 시작하거나 중단해야 한다는 안내가 없습니다", ""},
		{"ko", "replica-inconsistent/run-check", "일관성 검사가 뭐예요?", "일관성 확인은 복제본을", "다시 시작"},
		{"ko", "replica-inconsistent/shadow-copy", "어떻게 하는 거예요?", "VSS는 스냅샷을 만드는", ""},
		{"ko", "online-rp-obengine/restart", "백업이 중단되나요?", "실행 중인 온라인 백업과 복원이 중단됩니다", ""},
		{"ko", "online-rp-obengine/start", "관리자 권한 프롬프트는 어떻게 열어요?", "관리자 권한 프롬프트는 Win+X를", "OBEngine"},
		{"ko", "online-rp-obengine/start", "오래 걸리나요?", "얼마나 걸리는지는 문서에 나와 있지 않습니다", ""},
		{"ko", "setup-volsnap-optimization/find-key", "몇 분이나 걸려요?", "1분 이상 걸릴 수 있습니다", ""},
		{"ko", "basic-checks/tls", "재부팅해야 하나요?", "서버를 다시 시작하세요", ""},
		{"ko", "basic-checks/sql-agent", "백업 서버에서 하면 되나요?", "백업 서버의 PowerShell에서 실행합니다", ""},
		{"ko", "vmware-changetracking-33621/tracking-off", "서비스 중단 있나요?", "VM이 종료되고", ""},
	} {
		lines := explained(rules, c.lang, c.step, c.question)
		if !strings.Contains(lines[0], c.want) || c.not != "" && strings.Contains(strings.Join(lines, "\n"), c.not) {
			t.Errorf("%s: %s\n got %q\nwant %q without %q", c.step, c.question, lines, c.want, c.not)
		}
		if len(lines) < 2 || len(lines) > 4 {
			t.Errorf("%s: %s: %d lines; want 2 to 4: %q", c.step, c.question, len(lines), lines)
		}
	}
}

// TestExplainsOtherStep checks that a question that names another step gets the
// explanation of that one.
func TestExplainsOtherStep(t *testing.T) {
	rules := builtinRules(t)
	for _, c := range []struct{ lang, question, want string }{
		{"en", "why was I to let the coordinator in before?", "About “Let the coordinator through the firewall"},
		{"en", "which coordinator did you mean, a step ago?", "About “Let the coordinator through the firewall"},
		{"en", "what does testing name resolution tell me?", "About “Test name resolution and the ports"},
		{"en", "why file sharing?", "A push copies files"},
		{"en", "what is the agent coordinator?", "The Agent Coordinator (`dpmac.exe`) is"},
		{"en", "what does that mean?", "A push copies files"},
		{"ko", "처음에 방화벽에서 코디네이터를 허용한 건 왜죠?", "‘대상 서버의 방화벽에서 코디네이터를 허용하세요’"},
		{"ko", "파일 공유는 왜 필요해요?", "푸시는 파일 공유로"},
		{"ko", "코디네이터가 무엇인가요?", "에이전트 코디네이터(`dpmac.exe`)는"},
	} {
		d, r := asking(rules, c.lang, c.question)
		w := Walkthrough{Entry: rules.Base.Entry("dpm-agent-coordinator"), At: Position{Step: "firewall-more"}, Tried: []Attempt{{Step: "firewall"}}}
		if lines := linesOf(d.explainStep(w, r)); !strings.HasPrefix(lines[0], c.want) {
			t.Errorf("%s: got %q, want %q", c.question, lines, c.want)
		}
	}
}

// TestExplainsQuestion checks the same for the question of an entry.
func TestExplainsQuestion(t *testing.T) {
	rules := builtinRules(t)
	for _, c := range []struct{ lang, entry, question, want string }{
		{"en", "online-rp-obengine", "what does that mean?", "runs as a service named OBEngine"},
		{"en", "email-notifications-2013", "what does that mean?", "The backup server could not sign in to the mail server"},
		{"en", "storage-pool-insufficient", "what is legacy storage?", "Legacy storage is the older kind"},
		{"en", "agent-unable-connect-100050/see-proxy", "what does the command do?", "`bitsadmin /util /getieproxy` shows"},
		{"en", "agent-unable-connect-100050/see-proxy", "which server?", "Run this in an elevated prompt on the backup server"},
		{"en", "online-rp-obengine", "which server?", "What does `Get-Service obengine` show on the backup server?"},
		{"en", "device-not-ready", "why do you ask?", "Your answer changes nothing"},
		{"en", "device-not-ready", "is this dangerous?", "Your answer changes nothing"},
		{"ko", "email-notifications-2013", "무슨 뜻이에요?", "입력한 계정으로 메일 서버에 로그인하지 못해"},
		{"ko", "storage-pool-insufficient", "레거시 스토리지가 뭐예요?", "레거시 스토리지는"},
		{"ko", "device-not-ready", "위험하지 않나요?", "아직 아무것도 바뀌지 않습니다"},
	} {
		lines := explainedQuestion(rules, c.lang, c.entry, c.question)
		if !strings.Contains(lines[0], c.want) || len(lines) > 3 {
			t.Errorf("%s: %s\n got %q\nwant %q, in at most 3 lines", c.entry, c.question, lines, c.want)
		}
	}
}

// TestPlaces checks that every built-in step says where it is carried out.
func TestPlaces(t *testing.T) {
	rules := builtinRules(t)
	for _, lang := range rules.Locales.Tags() {
		d := decision{&input{}, voice{rules: rules}, &Turn{}}.speaking(lang)
		for _, e := range rules.Base.Entries() {
			for i := range e.Steps.Items {
				for _, s := range e.Steps.Items[i].Parts() {
					if d.place(s, Walkthrough{Entry: e}) == nil {
						t.Errorf("%s, step %s: neither do nor explain says in %s where it is carried out; see places in bot/locale/%s.yaml", e.ID, s.ID, lang, lang)
					}
				}
			}
		}
	}
}

// TestGlossaryNames checks that each name of a built-in term leads to the term.
func TestGlossaryNames(t *testing.T) {
	rules := builtinRules(t)
	d := decision{&input{}, voice{rules: rules}, &Turn{}}
	for _, term := range rules.Base.Glossary() {
		for _, name := range term.Names() {
			for _, question := range []string{"what is " + name + "?", name + " 뭐예요?"} {
				found := func(o kb.Term) bool { return o.ID == term.ID }
				if got := d.used(question); !slices.ContainsFunc(got, found) {
					t.Errorf("%q finds %d other terms, not %s", question, len(got), term.ID)
				}
			}
		}
	}
}

// TestSentences checks how the sentences are chosen that answer a question.
func TestSentences(t *testing.T) {
	d := decision{voice: voice{locale: &locale.Locale{Lang: "en"}}}
	w := Walkthrough{Slots: map[string]string{"Server": "FS-11"}}
	for _, c := range []struct{ text, want string }{
		{"Open it. Run this on {Server|the target server}. Wait.", "Run this on FS-11."},
		{"Run this on the target server; it only reads: look. Wait.", "Run this on the target server; it only reads: look."},
		{"On the target server a. On the target server b. On the target server c.", "On the target server a. On the target server b."},
		{"Wait.", ""},
		{"", ""},
	} {
		text := kb.Text{{Lang: "en", Text: c.text}}
		if got := d.sentences(text, w, []string{"target server"}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}
