package chattest

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat"
)

// Long asks for the long form of tests that repeat.
var Long = flag.Bool("long", false, "run the long form of tests that repeat")

// Patience is how long a test waits for what must happen. A busy machine needs
// seconds; only a failing test waits as long.
const Patience = time.Minute

// Until waits until a condition holds that changes with the fake. If it does
// not, the test fails, and says what was wanted and what shown returns.
func Until(t testing.TB, fake interface {
	Until(ctx context.Context, holds func() bool) error
}, want string, holds func() bool, shown func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := fake.Until(ctx, holds); err != nil {
		t.Fatalf("never: %s\nshown:\n%s", want, shown())
	}
}

// Poll waits until a condition holds that no fake notices.
func Poll(t testing.TB, want string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	for !holds() {
		if chat.Sleep(ctx, time.Millisecond) != nil {
			t.Fatalf("never: %s", want)
		}
	}
}

// Plain returns messages as text.
func Plain[M interface{ Plain() string }](messages []M) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m.Plain() + "\n--\n")
	}
	return b.String()
}

// Messages with one answer each.
const (
	Coordinator = "pushing the agent dies with `The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319) The RPC server is unavailable (0x800706BA)`"
	PolicyKo    = "정책에서 보존 기간을 줄이려는데 내부 서비스 오류[0x29834] 나오면서 안 됩니다"
)

// AgentError returns the n-th of many messages with one answer each, which names
// the server FS-n.
func AgentError(n int) string {
	return fmt.Sprintf("The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-%d.corp.example. (ID 319)", n)
}
