package slack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"mabsbot/adapters/slack/slackfake"
)

// A sender sends signed events as Slack does: each at its time, whatever becomes of
// the earlier ones, on a connection of its own if all others are in use. It writes
// HTTP by hand, because it shares two cores with the program.
type sender struct {
	addr, secret string
	body         func(n int) []byte
	slots        chan struct{} // one element per message on its way
	pending      sync.WaitGroup

	mu      sync.Mutex
	idle    []*connection // the one used last is the last
	open    int           // connections that were opened
	again   []int         // messages that were not acknowledged
	acked   int           // since the beginning
	results *sent
}

// A job is to send a message when it is due. Its times count from then, so that
// they contain whatever the sender itself is late.
type job struct {
	n   int
	due time.Time
}

// sent is what became of the messages of a load.
type sent struct {
	acked, refused *times // refused with 503
	late           *times // how late messages were sent
	answered       *times // after they were sent
	closed         int    // connections that the program closed
	silent         int    // no answer within Slack's time limit
	count          int
	took           time.Duration
	open           int // connections
}

func (r sent) perSecond(n int) int { return int(math.Round(float64(n) / r.took.Seconds())) }

const (
	slackWaits = 3 * time.Second
	// maxOnTheWay bounds the connections of the sender, because opening them costs
	// more than all else. It is twice the events that have room, so that half of
	// those on their way are refused.
	maxOnTheWay = 512
	tick        = 500 * time.Microsecond // between looks at what is due
)

func newSender(addr, secret string, body func(n int) []byte) *sender {
	s := &sender{addr: addr, secret: secret, body: body, slots: make(chan struct{}, maxOnTheWay)}
	s.reset()
	return s
}

// close closes all connections. No message may be pending.
func (s *sender) close() {
	for _, c := range s.idle {
		c.close()
	}
}

// reset forgets the results so far. No message may be pending.
func (s *sender) reset() {
	s.results = &sent{acked: &times{}, refused: &times{}, late: &times{}, answered: &times{}}
}

// run sends messages from number first on at a rate, and returns when the last was
// sent.
func (s *sender) run(first, rate int, lasts time.Duration) {
	count := int(float64(rate) * lasts.Seconds())
	began := time.Now()
	for n := range count {
		due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
		if wait := time.Until(due); wait > 0 {
			time.Sleep(max(wait, tick))
		}
		s.do(job{first + n, due})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results.count, s.results.took, s.results.open = count, time.Since(began), s.open
}

// do sends a message on the connection that was last in use, or a new one.
func (s *sender) do(j job) {
	s.slots <- struct{}{}
	s.pending.Go(func() {
		defer func() { <-s.slots }()
		c := s.connection()
		s.send(c, j)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.idle = append(s.idle, c)
	})
}

func (s *sender) connection() *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return c
	}
	s.open++
	return &connection{}
}

// send sends a message and notes what became of it.
func (s *sender) send(c *connection, j job) (acked bool) {
	late := time.Since(j.due)
	status, err := c.post(s.addr, s.secret, s.body(j.n))
	took := time.Since(j.due)
	s.results.late.add(late)
	s.results.answered.add(took - late)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && status == 200 && took-late < slackWaits:
		s.results.acked.add(took)
		s.acked++
		return true
	case err == nil && status == 503:
		s.results.refused.add(took)
	case errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		s.results.closed++
	default:
		s.results.silent++
	}
	s.again = append(s.again, j.n)
	return false
}

// recover sends messages one after the other, beginning with number n, until all
// earlier ones are answered and one is acknowledged within quick. It returns how
// long that took.
func (s *sender) recover(n int, quick time.Duration) time.Duration {
	began := time.Now()
	var answered atomic.Bool
	go func() {
		s.pending.Wait()
		answered.Store(true)
	}()
	for ; ; n++ {
		settled, at := answered.Load(), time.Now()
		status, err := s.one(n)
		took := time.Since(at)
		if settled && err == nil && status == 200 && took < quick || time.Since(began) > time.Minute {
			return time.Since(began)
		}
		time.Sleep(max(0, 5*time.Millisecond-took))
	}
}

// one sends a message on a new connection.
func (s *sender) one(n int) (status int, err error) {
	var c connection
	defer c.close()
	status, err = c.post(s.addr, s.secret, s.body(n))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && status == 200 {
		s.acked++
	} else {
		s.again = append(s.again, n)
	}
	return status, err
}

// redeliver sends again what was not acknowledged, as Slack does after a minute,
// and returns how many messages that were, and how many are not acknowledged now.
func (s *sender) redeliver() (count, lost int) {
	for try := range 3 {
		again := s.again
		if s.again = nil; try == 0 {
			count = len(again)
		}
		s.reset()
		for i, n := range again {
			if i%16 == 0 {
				s.pending.Wait()
			}
			s.do(job{n, time.Now()})
		}
		s.pending.Wait()
	}
	return count, len(s.again)
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
	length, last := 0, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, _ = strconv.Atoi(string(value))
		case bytes.EqualFold(name, []byte("Connection")):
			last = bytes.EqualFold(value, []byte("close"))
		}
	}
	if _, err = io.CopyN(io.Discard, c.in, int64(length)); last {
		c.close()
	}
	return status, err
}

// times is a histogram with buckets of 0.1 ms.
type times struct{ buckets [100_001]atomic.Int64 }

func (h *times) add(d time.Duration) {
	h.buckets[min(max(int(d/(100*time.Microsecond)), 0), len(h.buckets)-1)].Add(1)
}

func (h *times) len() (n int) {
	for i := range h.buckets {
		n += int(h.buckets[i].Load())
	}
	return n
}

func (h *times) quantile(q float64) time.Duration {
	rest := int(math.Ceil(q * float64(h.len())))
	for i := range h.buckets {
		if rest -= int(h.buckets[i].Load()); rest <= 0 {
			return time.Duration(i) * 100 * time.Microsecond
		}
	}
	return 0
}
