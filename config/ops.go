package config

import (
	"net"
	"net/url"
	"strconv"
)

// Ops configures the listener for health and metrics.
type Ops struct {
	Addr   string `mapstructure:"addr" usage:"address for health and metrics, as host:port, or off"`
	Traces string `mapstructure:"traces" usage:"URL of a collector of OpenTelemetry traces, for OTLP over HTTP"` // "" leaves it to OTEL_EXPORTER_OTLP_ENDPOINT
}

// OpsOff is the value of Ops.Addr that opens no listener.
const OpsOff = "off"

// defaultOps listens on loopback only: the health check of a container works
// without a setting, and other machines see nothing of the program.
func defaultOps() Ops { return Ops{Addr: "127.0.0.1:8081"} }

// Enabled reports whether health and metrics are served.
func (o Ops) Enabled() bool { return o.Addr != OpsOff }

func checkOps(c *Config, wrong func(key, text string)) {
	_, port, err := net.SplitHostPort(c.Ops.Addr)
	if _, e := strconv.ParseUint(port, 10, 16); c.Ops.Enabled() && (err != nil || e != nil) {
		wrong("ops.addr", "want an address such as 127.0.0.1:8081, or off")
	}
	if u, err := url.Parse(c.Ops.Traces); c.Ops.Traces != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		wrong("ops.traces", "want an address such as http://127.0.0.1:4318/v1/traces")
	}
}
