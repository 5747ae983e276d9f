package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// A Role says what a user may do. Each role may do what the ones before it may.
type Role int

// The roles. The zero Role is that of people who have not logged in.
const (
	Viewer        Role = iota + 1 // opens the pages
	Editor                        // changes something, and writes in the simulated channels
	Administrator                 // also changes the rules of channels, reads the audit log, and starts the workspace over
)

// roleNames are the names of the roles in the configuration.
var roleNames = []string{"", "viewer", "editor", "administrator"}

// ParseRole returns the role with a name of the configuration. "" is the zero Role.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames, name); i >= 0 {
		return Role(i), nil
	}
	return 0, fmt.Errorf("console: there is no role %q", name)
}

// String returns the name of the role in the configuration.
func (r Role) String() string { return roleNames[r] }

// A User may open the pages.
type User struct {
	Name string
	Hash string // of the password, by HashPassword; without one, only the proxy can log the user in
	Role Role
}

// A Proxy authenticates users before their requests reach the console.
type Proxy struct {
	Header string         // has the name of the user; "" is no proxy
	From   []netip.Prefix // the addresses whose header is trusted
	Role   Role           // of users who are not listed; the zero Role refuses them
}

// Sessions store which logins are valid, so that all processes know them, and a
// restart ends none.
type Sessions interface {
	// Begin makes a key valid for the given time.
	Begin(ctx context.Context, key string, age time.Duration) error
	// Valid reports whether a key is valid.
	Valid(ctx context.Context, key string) (bool, error)
	// End makes a key invalid.
	End(ctx context.Context, key string) error
}

// hashCost takes 0.2 s on a processor of 2025. The limit of attempts allows 5 a
// minute.
const hashCost = 12

// maxPassword is how many bytes of a password bcrypt reads.
const maxPassword = 72

// HashPassword returns the hash of a password for User.
func HashPassword(password string) (string, error) {
	switch {
	case password == "":
		return "", errors.New("the password is empty")
	case len(password) > maxPassword:
		return "", fmt.Errorf("the password has %d bytes, want at most %d", len(password), maxPassword)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), hashCost)
	return string(hash), err
}

// access decides who may do what.
type access struct {
	password string // of an administrator without a name
	users    []User
	proxy    Proxy
	sessions Sessions
	hashing  chan struct{} // holds a value while a password is hashed
}

func newAccess(o Options) access {
	a := access{users: o.Users, proxy: o.Proxy, sessions: o.Sessions, hashing: make(chan struct{}, 1)}
	if o.Password != nil {
		a.password = o.Password()
	}
	return a
}

// locked reports whether users must log in. Otherwise everyone is an administrator.
func (a *access) locked() bool { return a.password != "" || len(a.users) > 0 || a.proxy.Header != "" }

// asksName reports whether the login asks for a name.
func (a *access) asksName() bool {
	return slices.ContainsFunc(a.users, func(u User) bool { return u.Hash != "" })
}

// user returns the user with the name, or a User without a role.
func (a *access) user(name string) User {
	for _, u := range a.users {
		if u.Name == name {
			return u
		}
	}
	if name == "" && a.password != "" {
		return User{Role: Administrator}
	}
	return User{}
}

// An account is who sent a request.
type account struct {
	Name    string // "" is the user of console.password, or of a console without a login
	Role    Role
	Session bool // of a login that can be ended, and not of the proxy
}

// May reports whether the account has the role with the name, or a higher one.
func (a account) May(role string) bool {
	need, err := ParseRole(role)
	return err == nil && a.Role >= need
}

// identify returns who sent a request. The error is errLogin without a login,
// and errUnknownUser if the proxy names a user without a role.
func (a *access) identify(r *http.Request) (account, error) {
	if !a.locked() {
		return account{Role: Administrator}, nil
	}
	if name := a.proxied(r); name != "" {
		who := account{Name: name, Role: cmp.Or(a.user(name).Role, a.proxy.Role)}
		if who.Role == 0 {
			return account{}, errUnknownUser
		}
		return who, nil
	}
	name, token := splitCookie(cookieOf(r, cookieName))
	who := account{Name: name, Role: a.user(name).Role, Session: true}
	if token == "" || who.Role == 0 {
		return account{}, errLogin
	}
	switch ok, err := a.sessions.Valid(r.Context(), a.sessionKey(name, token)); {
	case err != nil:
		return account{}, err
	case !ok:
		return account{}, errLogin
	}
	return who, nil
}

// maxName bounds the name that a proxy gives a user: longer than an e-mail address.
const maxName = 320

// proxied returns the name that a trusted proxy gives the user, or "". Two names
// are none: one of them may be the user's own header.
func (a *access) proxied(r *http.Request) string {
	if a.proxy.Header == "" {
		return ""
	}
	ip, err := remoteIP(r)
	names := r.Header.Values(a.proxy.Header)
	if err != nil || len(names) != 1 || len(names[0]) > maxName {
		return ""
	}
	if !slices.ContainsFunc(a.proxy.From, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return ""
	}
	return strings.TrimSpace(names[0])
}

// sessionKey returns the key of the login of a user. It depends on what the user
// logs in with, so that a new password ends the logins with the old one.
func (a *access) sessionKey(name, token string) string {
	secret := a.user(name).Hash
	if name == "" {
		secret = a.password
	}
	sum := sha256.New()
	for _, part := range []string{name, secret, token} {
		fmt.Fprintf(sum, "%d %s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// joinCookie returns the value of the cookie of a login.
func joinCookie(name, token string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + token
}

func splitCookie(value string) (name, token string) {
	encoded, token, ok := strings.Cut(value, ".")
	data, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !ok {
		return "", ""
	}
	return string(data), token
}

// noHash is the hash of no password. It is compared for names that do not exist, so
// that an answer takes as long as for one that does.
const noHash = "$2a$12$.Krt.V7w1qEj0gpAsHv2Z.aeC8t/AyOSNVIdKA6hkbl.VoYiQ/E/e"

// right reports whether a user has the password. Passwords are hashed one at a time,
// because that takes a core that adapters need.
func (a *access) right(ctx context.Context, name, password string) bool {
	if name == "" && a.password != "" {
		given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(a.password))
		return subtle.ConstantTimeCompare(given[:], want[:]) == 1
	}
	if !a.asksName() || len(password) > maxPassword {
		return false
	}
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-a.hashing }()
	hash := a.user(name).Hash
	matches := bcrypt.CompareHashAndPassword([]byte(cmp.Or(hash, noHash)), []byte(password)) == nil
	return matches && hash != ""
}
