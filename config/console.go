package config

import (
	"net"
	"strconv"
)

// Console configures the web console.
type Console struct {
	Enabled      bool   `mapstructure:"enabled" usage:"serve the web console"`
	Addr         string `mapstructure:"addr" usage:"address of the web console, as host:port"`
	Password     Secret `mapstructure:"password"` // required unless Addr is a loopback address
	PasswordFile string `mapstructure:"password_file" usage:"file that contains console.password"`
}

func defaultConsole() Console { return Console{Enabled: true, Addr: "127.0.0.1:8080"} }

func checkConsole(c *Config, wrong func(key, text string)) {
	host, port, err := net.SplitHostPort(c.Console.Addr)
	if _, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil {
		wrong("console.addr", "want an address such as 127.0.0.1:8080")
		return
	}
	if c.Console.Enabled && !loopback(host) && !c.Console.Password.IsSet() {
		wrong("console.addr", "others can reach this address; want console.password, or a loopback address such as 127.0.0.1:8080")
	}
}

// loopback reports whether a host is reachable from this machine only. An empty
// host means every address of the machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
