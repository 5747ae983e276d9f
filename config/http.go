package config

import (
	"net"
	"strconv"
)

// HTTP configures the listener for requests of platforms.
type HTTP struct {
	Addr string `mapstructure:"addr" usage:"address for the requests of platforms, as host:port"`
}

// defaultHTTP listens on loopback only: a proxy terminates TLS in front of it.
func defaultHTTP() HTTP { return HTTP{Addr: "127.0.0.1:3000"} }

func checkHTTP(c *Config, wrong func(key, text string)) {
	_, port, err := net.SplitHostPort(c.HTTP.Addr)
	if _, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil {
		wrong("http.addr", "want an address such as 0.0.0.0:3000")
	}
}
