package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Attempts to log in are limited for each client, so that no client can keep
// others out. A client is a browser that has logged in before, wherever it is
// now, or else an address. Without the first, whoever shares an address with an
// attacker, as all clients of a proxy do, could not log in during an attack.

const (
	// maxGuesses is the number of wrong passwords that a client may try at
	// once; guessEvery is the wait for each one after that. A person who mistypes does
	// not notice, and a list of common passwords takes weeks.
	maxGuesses = 5
	guessEvery = 12 * time.Second
	// maxGuessWait is how long an attempt waits for its turn, rather than be
	// refused: two turns, and less than the write timeout of the server.
	maxGuessWait = 2 * guessEvery
	// maxClients bounds the memory of the limit. Who has more addresses than that
	// has 50,000 guesses a minute in any case.
	maxClients = 10_000

	knownName = "mabsbot-known"
	// knownAge is the longest that browsers keep a cookie.
	knownAge = 400 * 24 * time.Hour
)

// attempts limits the attempts to log in. It is safe for concurrent use.
type attempts struct {
	mu   sync.Mutex
	free map[string]time.Time // by client: when it has all its guesses again
}

// begin counts an attempt of a client and returns how long it has to wait for
// its turn. ok is false if that is too long; the attempt does not count then.
func (a *attempts) begin(client string) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	free := a.free[client]
	if free.Before(now) {
		free = now
	}
	wait = max(0, free.Sub(now)-(maxGuesses-1)*guessEvery)
	if wait > maxGuessWait {
		return 0, false
	}
	a.makeRoom(now)
	a.free[client] = free.Add(guessEvery)
	return wait, true
}

// succeed takes back the attempt of a client that had the right password.
func (a *attempts) succeed(client string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if free, ok := a.free[client]; ok {
		a.free[client] = free.Add(-guessEvery)
	}
}

// makeRoom forgets clients that have all their guesses, and others if there are
// too many.
func (a *attempts) makeRoom(now time.Time) {
	if a.free == nil {
		a.free = map[string]time.Time{}
	}
	if len(a.free) < maxClients {
		return
	}
	for client, free := range a.free {
		if free.Before(now) {
			delete(a.free, client)
		}
	}
	for client := range a.free {
		if len(a.free) < maxClients {
			return
		}
		delete(a.free, client)
	}
}

// client identifies the client of a request: a known browser, or the address
// that connected. An address of IPv6 is its /64, which is one customer.
func (c *Console) client(r *http.Request) string {
	if c.isKnown(r) {
		return "browser " + cookieOf(r, knownName)
	}
	ip, err := remoteIP(r)
	if err != nil {
		return "address " + r.RemoteAddr
	}
	if ip.Is6() {
		network, err := ip.Prefix(64)
		if err == nil {
			return "address " + network.String()
		}
	}
	return "address " + ip.String()
}

// remoteIP returns the address that sent a request, without a zone.
func remoteIP(r *http.Request) (netip.Addr, error) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return from.Addr().Unmap().WithZone(""), err
}

// knownKey returns the key of the cookie of a browser that has logged in. The cookie
// opens nothing.
func knownKey(value string) string {
	sum := sha256.Sum256([]byte("known " + value))
	return hex.EncodeToString(sum[:])
}

// isKnown reports whether a browser has logged in before. Without the database
// a login fails in any case.
func (c *Console) isKnown(r *http.Request) bool {
	value := cookieOf(r, knownName)
	if value == "" {
		return false
	}
	ok, err := c.access.sessions.Valid(r.Context(), knownKey(value))
	return ok && err == nil
}

// sleep waits and reports whether ctx is still alive.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
