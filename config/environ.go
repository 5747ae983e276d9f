package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// kubernetes matches the variables that Kubernetes sets in every container for
// a service whose name begins with mabsbot:
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
var kubernetes = regexp.MustCompile(`^MABSBOT_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$|^MABSBOT_PORT$`)

// readEnviron finds our variables among "NAME=value" pairs. An empty value
// counts as not set, because that is how a compose file passes on a variable
// that its caller did not set.
func readEnviron(environ []string, keys []key) (values map[string]given, mistakes Mistakes) {
	known := map[string]string{prefix + strings.ToUpper(fileFlag): fileFlag}
	lists := map[string]bool{}
	for _, k := range keys {
		known[variable(k.name)] = k.name
		lists[k.name] = k.isList()
	}
	all := slices.Sorted(maps.Keys(known))
	values = map[string]given{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		key, ok := known[name]
		at := Mistake{Place: name}
		switch {
		case !strings.HasPrefix(name, prefix):
		case !ok && kubernetes.MatchString(name):
		case !ok:
			at.Text = "unknown variable" + suggest(name, all)
			mistakes = append(mistakes, at)
		case value == "":
		case lists[key]:
			at.Text = key + " is a list, which only a file can set"
			mistakes = append(mistakes, at)
		default:
			values[key] = given{value, at}
		}
	}
	return values, mistakes
}
