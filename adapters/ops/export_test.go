package ops

import (
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
)

var fqName = regexp.MustCompile(`fqName: "([^"]*)"`)

// Names returns the names of the metrics of this program that are registered.
func Names(s *Server) []string {
	var names []string
	for _, c := range s.own() {
		found := make(chan *prometheus.Desc, 100)
		c.Describe(found)
		close(found)
		for d := range found {
			names = append(names, fqName.FindStringSubmatch(d.String())[1])
		}
	}
	return names
}
