package config

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// Console configures the web console.
type Console struct {
	Enabled        bool     `mapstructure:"enabled" usage:"serve the web console"`
	Addr           string   `mapstructure:"addr" usage:"address of the web console, as host:port"`
	Workspace      bool     `mapstructure:"workspace" usage:"serve the simulated support channel, and not only the pages"`
	Password       Secret   `mapstructure:"password"` // of an administrator; one of it, Users and TrustedHeader is required unless Addr is a loopback address
	PasswordFile   string   `mapstructure:"password_file" usage:"file that contains console.password"`
	Users          []User   `mapstructure:"users"`
	TrustedHeader  string   `mapstructure:"trusted_header" usage:"header in which a proxy names the user"`
	TrustedProxies []string `mapstructure:"trusted_proxies"` // addresses and prefixes, such as 10.0.0.0/8
	TrustedRole    string   `mapstructure:"trusted_role" usage:"role of users whom the proxy names and console.users does not: viewer, editor or administrator; empty refuses them"`
}

// A User of the console.
type User struct {
	Name string `mapstructure:"name" json:"name"`
	Hash Secret `mapstructure:"hash" json:"hash"` // of the password; not set if only the proxy logs the user in
	Role string `mapstructure:"role" json:"role"` // one of Roles
}

// Roles returns the roles of users: a viewer reads, an editor changes something, and
// an administrator may do everything.
func Roles() []string { return []string{"viewer", "editor", "administrator"} }

func defaultConsole() Console { return Console{Enabled: true, Addr: "127.0.0.1:8080", Workspace: true} }

func checkConsole(c *Config, wrong func(key, text string)) {
	checkUsers(c.Console, wrong)
	checkProxies(c.Console, wrong)
	host, port, err := net.SplitHostPort(c.Console.Addr)
	if _, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil {
		wrong("console.addr", "want an address such as 127.0.0.1:8080")
		return
	}
	locked := c.Console.Password.IsSet() || len(c.Console.Users) > 0 || c.Console.TrustedHeader != ""
	if c.Console.Enabled && !loopback(host) && !locked {
		wrong("console.addr", "others can reach this address; want a login (console.password or console.users), or a loopback address such as 127.0.0.1:8080")
	}
}

// maxCost is a cost of bcrypt that takes seconds.
const maxCost = 15

func checkUsers(c Console, wrong func(key, text string)) {
	seen := map[string]bool{}
	for i, u := range c.Users {
		key := fmt.Sprintf("console.users.%d.", i)
		switch {
		case u.Name == "":
			wrong(key+"name", "want the name of a user")
		case seen[u.Name]:
			wrong(key+"name", "the user is listed already")
		}
		seen[u.Name] = true
		if !slices.Contains(Roles(), u.Role) {
			wrong(key+"role", wantRole)
		}
		cost, err := bcrypt.Cost([]byte(u.Hash.Reveal()))
		switch {
		case !u.Hash.IsSet() && c.TrustedHeader == "":
			wrong(key+"hash", "want the output of \"mabsbot console hash\"")
		case u.Hash.IsSet() && (err != nil || cost > maxCost):
			wrong(key+"hash", "want the output of \"mabsbot console hash\"")
		}
	}
}

var wantRole = "want one of " + strings.Join(Roles(), ", ")

// header matches the name of a header.
var header = regexp.MustCompile("^[A-Za-z0-9-]+$")

func checkProxies(c Console, wrong func(key, text string)) {
	switch {
	case c.TrustedHeader == "" && len(c.TrustedProxies) > 0:
		wrong("console.trusted_header", "console.trusted_proxies is set; want the header in which they name the user, such as X-Forwarded-User")
	case c.TrustedHeader != "" && !header.MatchString(c.TrustedHeader):
		wrong("console.trusted_header", "want the name of a header, such as X-Forwarded-User")
	case c.TrustedHeader != "" && len(c.TrustedProxies) == 0:
		wrong("console.trusted_proxies", "want the addresses of the proxies that set console.trusted_header, because anyone else could set it")
	}
	for i, p := range c.TrustedProxies {
		if _, err := ParsePrefix(p); err != nil {
			wrong(fmt.Sprintf("console.trusted_proxies.%d", i), "want an address or a prefix, such as 10.1.2.3 or 10.0.0.0/8")
		}
	}
	if c.TrustedRole != "" && !slices.Contains(Roles(), c.TrustedRole) {
		wrong("console.trusted_role", wantRole+", or nothing")
	}
}

// ParsePrefix parses a prefix, or the address of a single machine.
func ParsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.Unmap().WithZone("").Prefix(addr.Unmap().BitLen())
	}
	return netip.ParsePrefix(s)
}

// loopback reports whether a host is reachable from this machine only. An empty
// host means every address of the machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
