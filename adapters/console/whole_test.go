package console

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"mabsbot/adapters/chat/chattest"
)

func TestMain(m *testing.M) { chattest.Main(m) }

// A program is the real program serving the console.
type program struct {
	*chattest.Program
	t     *testing.T
	addr  string
	store string
}

// build builds the program and starts it.
func build(t *testing.T) *program {
	t.Helper()
	p := &program{Program: chattest.Build(t), t: t, store: filepath.Join(t.TempDir(), "mabsbot.db"), addr: chattest.FreeAddress(t)}
	p.start()
	t.Cleanup(p.Kill)
	return p
}

// start runs the program until it prints its address.
func (p *program) start() {
	p.t.Helper()
	cmd := p.Command("--console.addr", p.addr, "--store.path", p.store)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	p.Run(cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, p.addr) {
		p.t.Fatalf("the program printed %q, %v", line, err)
	}
}

// TestWhole uses the real program in a real browser: it walks to the end of a
// remedy in both languages, with a kill -9 in the middle.
func TestWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	b := newBrowser(t)
	p := build(t)
	b.media("prefers-color-scheme", "light")

	// Chatter gets no reply.
	b.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate("http://"+p.addr+"/?as=minji"))
	b.sends("#say-c", "오늘 밤 11시에 백업 서버 재부팅합니다. 작업 저장해 주세요")
	b.sees("#list-c .silent", "")
	b.sends("#say-c", "PR #4024 is ready")
	b.wait(`document.querySelectorAll("#list-c .silent").length === 2`)

	// English, in the channel.
	b.do(chromedp.Navigate("http://" + p.addr + "/?as=alex"))
	b.sends("#say-c", "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319) The RPC server is unavailable (0x800706BA)")
	b.sees("#side[data-side=thread]", "Which domain is FS-11.corp.example in?")
	b.click("#list-t [data-press*='|trusted']")
	b.sees("#list-t", "Step 1 of 6")
	b.sees("#list-t", "✓ Alex Carter")
	b.shot("console")

	// Killed in the middle: the page reconnects, and the old button works.
	p.Kill()
	b.sees("#toast[data-shown]", "Connection lost")
	p.start()
	b.wait(`!document.querySelector("#toast[data-shown]")`)
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "Step 2 of 6")
	b.sends("#say-t", "nope, same thing")
	b.sees("#list-t", "Step 3 of 6")
	b.sends("#say-t", "next")
	b.sees("#list-t", "Step 4 of 6")
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "Step 5 of 6")
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "What is the backup server called?")
	b.sends("#say-t", "BKP01")
	b.sees("#list-t", "part 2 of 3")
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "part 3 of 3")
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "Step 6 of 6")
	b.click("#list-t .msg:last-child [data-press*='|n|']")
	b.sees("#list-t", "That is everything I know")
	b.sends("#say-t", "get a person")
	b.sees("#list-t", "I asked the team for a person")
	b.click("#rail [data-place=escalations]")
	b.sees("#list-c", "Alex Carter needs a person")
	b.sees("#list-c", "FS-11.corp.example (server)")
	b.click("#rail a[href^='/cases']")
	b.sees("#content", "not taken yet")
	b.click("#rail [data-place=escalations]")
	b.click("#list-c .msg:last-child [data-press*='|t|']")
	b.sees("#list-c", "Taken by Alex Carter")

	// The same entry by two spellings of its code, and a code with several
	// meanings.
	b.click("#rail [data-place=backup-support]")
	b.at("channel", "backup-support")
	for _, code := range []string{"0x29834", "170036"} {
		b.sends("#say-c", "/mabs "+code)
		b.sees("#list-c .msg:last-child.private.bot", "The backup policy cannot be changed (0x29834)")
	}
	b.sends("#say-c", "/mabs 100110")
	b.sees("#list-c .msg:last-child.private.bot", "Which one do you see?")

	// Korean, in a direct message.
	b.click("[data-user=minji]")
	b.at("as", "minji")
	b.click("#rail [data-place='dm:minji']")
	b.at("channel", "dm:minji")
	b.sends("#say-c", "백업 정책을 수정할 수 없습니다. 오류: 내부 서비스 오류[0x29834]로 인해 현재 작업이 실패했습니다. 잠시 후 작업을 다시 시도하세요.")
	b.sees("#list-c", "어떤 보존 기간을 줄이고 계셨나요?")
	b.sends("#say-c", "월별")
	b.sees("#list-c", "3단계 중 1단계")
	p.Kill()
	b.sees("#toast[data-shown]", "") // otherwise the page may not have noticed yet
	p.start()
	b.wait(`!document.querySelector("#toast[data-shown]")`)
	b.sends("#say-c", "안 돼요")
	b.sees("#list-c", "3단계 중 2단계")
	b.click("#list-c .msg:last-child [data-press*='|n|']")
	b.sees("#list-c", "3단계 중 3단계")
	b.sends("#say-c", "됐어요 감사합니다")
	b.sees("#list-c", "잘됐습니다.")

	// Chatter gets no reply, and hostile text is shown as text.
	b.click("#rail [data-place=backup-support]")
	b.at("channel", "backup-support")
	b.sends("#say-c", "PR #4024 is ready <script>document.title='hacked'</script> @everyone")
	b.wait(`document.querySelector("#list-c .msg:last-child").innerText.includes("<script>")`)
	b.wait(`document.title !== "hacked"`)
}
