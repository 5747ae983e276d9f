package chat

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// A Finding is what a check of an installation found. mabsbot doctor prints it.
type Finding struct {
	Check  string        `json:"check"` // such as slack.scopes
	Status FindingStatus `json:"status"`
	Found  string        `json:"found"`
	Do     string        `json:"do,omitempty"` // what helps; empty if nothing is wrong
}

// A FindingStatus says how bad a finding is.
type FindingStatus string

// The states of a finding.
const (
	FindingOK      FindingStatus = "ok"
	FindingWarning FindingStatus = "warning" // the bot runs, without something
	FindingFailed  FindingStatus = "failed"  // the bot does not run, or does not serve the platform
	FindingSkipped FindingStatus = "skipped" // it cannot be checked
)

// OK returns a finding of a check that is passed.
func OK(check, format string, args ...any) Finding {
	return Finding{Check: check, Status: FindingOK, Found: fmt.Sprintf(format, args...)}
}

const (
	// reachTime bounds a request that checks the network.
	reachTime = 10 * time.Second
	// maxSkew is what does no harm: times in answers and measurements are wrong by
	// it. The Date header has whole seconds.
	maxSkew = 30 * time.Second
	// wrongSkew is the age from which Slack wants requests to be rejected, and the
	// bot rejects them. https://docs.slack.dev/authentication/verifying-requests-from-slack
	wrongSkew = 5 * time.Minute
)

// Reach checks that a server of a platform answers a GET, whatever it answers, and
// that its clock and ours agree. The findings are platform.network and
// platform.clock.
func Reach(ctx context.Context, platform, address string) []Finding {
	network := Finding{Check: platform + ".network", Status: FindingFailed, Do: "allow connections to this address in the firewall, or set HTTPS_PROXY to a proxy; this machine must resolve its name and trust its certificate"}
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		network.Found = "the address of the API is not valid"
		return []Finding{network}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	asked := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		network.Found = fmt.Sprintf("%s does not answer: %v", r.URL.Host, WithoutURL(err))
		return []Finding{network}
	}
	answered := time.Now()
	_ = answer.Body.Close()
	if answer.StatusCode >= http.StatusInternalServerError {
		network.Status, network.Found, network.Do = FindingWarning, fmt.Sprintf("%s answers %s", r.URL.Host, answer.Status), "try again later; the bot does, too"
		return []Finding{network}
	}
	return []Finding{
		OK(platform+".network", "%s answers within %v", r.URL.Host, answered.Sub(asked).Round(time.Millisecond)),
		checkClock(platform, answer.Header.Get("Date"), asked, answered),
	}
}

// checkClock compares the time of an answer with the time between the request and
// the answer.
func checkClock(platform, date string, asked, answered time.Time) Finding {
	name := platform + ".clock"
	there, err := http.ParseTime(date)
	if err != nil {
		return Finding{Check: name, Status: FindingSkipped, Found: "the answer has no time"}
	}
	skew := time.Duration(0)
	switch {
	case there.Before(asked.Add(-time.Second)): // Date is cut to seconds
		skew = asked.Sub(there)
	case there.After(answered):
		skew = there.Sub(answered)
	}
	direction := map[bool]string{true: "behind", false: "ahead of"}[there.After(answered)]
	if skew <= maxSkew {
		return OK(name, "the clock of this machine agrees with that of the platform")
	}
	f := Finding{
		Check: name, Status: FindingWarning, Do: "synchronize the clock, for example with chrony or systemd-timesyncd",
		Found: fmt.Sprintf("the clock of this machine is %v %s that of the platform", skew.Round(time.Second), direction),
	}
	if skew > wrongSkew {
		f.Status = FindingFailed
	}
	return f
}
