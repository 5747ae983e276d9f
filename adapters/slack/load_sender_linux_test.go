package slack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mabsbot/adapters/slack/slackfake"
)

// A sender sends signed events as Slack does: each at its time, however long the
// earlier ones take. It writes HTTP by hand, because it shares two cores with the
// program. The time of an acknowledgement counts from when the event was due, so
// that waiting for a free connection is a part of it.
type sender struct {
	addr, secret string
	body         func(n int) []byte

	mu      sync.Mutex
	again   []int // messages that were not acknowledged
	acked   int
	results *sent
}

// sent is what became of the messages of a load.
type sent struct {
	acked, refused *times // refused with 503
	silent         int    // no answer within Slack's time limit
	count          int
	took           time.Duration
}

func (r sent) perSecond(n int) int { return int(float64(n) / r.took.Seconds()) }

// The sender's limits. Slack waits for 3 s.
const (
	connections = 512
	slackWaits  = 3 * time.Second
)

func newSender(addr, secret string, body func(int) []byte) *sender {
	s := &sender{addr: addr, secret: secret, body: body}
	s.reset()
	return s
}

// reset forgets the results so far.
func (s *sender) reset() {
	s.again, s.acked, s.results = nil, 0, &sent{acked: &times{}, refused: &times{}}
}

func (s *sender) sent() sent        { return *s.results }
func (s *sender) acknowledged() int { return s.acked }

// run sends messages from number first on, at a rate.
func (s *sender) run(first, rate int, lasts time.Duration) {
	count := int(float64(rate) * lasts.Seconds())
	began := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			var c connection
			defer c.close()
			for {
				n := int(next.Add(1)) - 1
				if n >= count {
					return
				}
				due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
				time.Sleep(time.Until(due))
				s.send(&c, first+n, due)
			}
		})
	}
	all.Wait()
	s.results.count, s.results.took = count, time.Since(began)
}

// send sends a message and notes what became of it.
func (s *sender) send(c *connection, n int, due time.Time) {
	status, err := c.post(s.addr, s.secret, s.body(n))
	took := time.Since(due)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && status == 200 && took < slackWaits:
		s.results.acked.add(took)
		s.acked++
		return
	case err == nil && status == 503:
		s.results.refused.add(took)
	default:
		s.results.silent++
	}
	s.again = append(s.again, n)
}

// one sends a message and waits for the acknowledgement.
func (s *sender) one(n int) (acked bool) {
	var c connection
	defer c.close()
	status, err := c.post(s.addr, s.secret, s.body(n))
	return err == nil && status == 200
}

// recover returns after how long a message is acknowledged quickly again. The
// messages begin with number n.
func (s *sender) recover(n int) time.Duration {
	began := time.Now()
	for {
		at := time.Now()
		acked := s.one(n)
		if acked {
			s.acked++
		} else {
			s.again = append(s.again, n)
		}
		n++
		if acked && time.Since(at) < recovered || time.Since(began) > time.Minute {
			return time.Since(began)
		}
	}
}

// redeliver sends again what was not acknowledged, as Slack does after a minute,
// and returns how many messages that were, and how many are not acknowledged now.
func (s *sender) redeliver() (count, lost int) {
	var c connection
	defer c.close()
	for _, n := range s.again {
		count++
		ok := false
		for range 3 {
			if status, err := c.post(s.addr, s.secret, s.body(n)); err == nil && status == 200 {
				ok = true
				break
			}
		}
		if ok {
			s.acked++
		} else {
			lost++
		}
	}
	return count, lost
}

// A connection is an HTTP connection that is opened when it is needed.
type connection struct {
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

var errNoHTTP = errors.New("not an HTTP response")

// post sends a signed event and returns the status of the response.
func (c *connection) post(addr, secret string, body []byte) (status int, err error) {
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", addr, slackWaits); err != nil {
			c.conn = nil
			return 0, err
		}
		c.in = bufio.NewReaderSize(c.conn, 1024)
	}
	now := time.Now()
	c.out.Reset()
	fmt.Fprintf(&c.out, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Slackbot 1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: %s\r\n\r\n", EventsPath, addr, len(body), now.Unix(), slackfake.Sign(secret, now, body))
	c.out.Write(body)
	c.conn.SetDeadline(now.Add(slackWaits))
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return 0, err
	}
	return c.status()
}

// status reads a response and returns its status.
func (c *connection) status() (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, errors.Join(err, errNoHTTP)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, errNoHTTP
	}
	length := 0
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(name, []byte("Content-Length")) {
			length, _ = strconv.Atoi(string(value))
		}
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, err
}
