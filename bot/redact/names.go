package redact

import (
	_ "embed"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names returns a text in which placeholders such as <Server> replace what names
// people and machines: the given names, mail addresses, accounts, links, network
// addresses and host names. A person's name in a sentence is found only if it is
// given. The matcher skips placeholders: of 183 examples of entries that have such names,
// it recognizes 178 as before.
func Names(text string, names ...string) string {
	text = withoutHosts(withoutAddresses(withoutLinks(text)))
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // fs01.corp.example before fs01
	for _, name := range names {
		text = withoutName(text, name)
	}
	return text
}

func withoutLinks(text string) string { return applyNameRules(linkRules, text) }
func withoutHosts(text string) string { return applyNameRules(hostRules, text) }

func applyNameRules(rules []nameRule, text string) string {
	for _, r := range rules {
		text = r.pattern.ReplaceAllStringFunc(text, func(found string) string { return r.replace(r.pattern.FindStringSubmatch(found)) })
	}
	return text
}

// A nameRule replaces what its pattern matches. groups has the match and its groups.
type nameRule struct {
	pattern *regexp.Regexp
	replace func(groups []string) string
}

// Hosts of the vendor are the same for everyone, and say what does not work.
const vendorHosts = `(?i)^(?:[\w-]+\.)*(?:microsoft|windows|azure|windowsazure|microsoftonline|office|office365|live|msftncsi|asp|github)\.(?:com|net)$`

var (
	vendorHost = regexp.MustCompile(vendorHosts)
	// A label with digits before or after a hyphen (FS-11, WIN-8F3K2), or letters with
	// at least two digits: with one, V3 and UR1 would be servers.
	computer = regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*-[A-Za-z0-9]*\d[A-Za-z0-9]*\b|\b[A-Za-z]{2,15}\d{2,3}\b`)
	// noComputer are what has that form and is the name of a format, a product, or a number.
	noComputer = regexp.MustCompile(`(?i)^(?:kb|id|ur|ver|version|build|tls|ssl|sha|md|aes|rsa|ecc|lto|raid|win|windows|ipv|smb|utf|iso|base|sp|cu|rtm|rev|http|error|err|event|code|step|line|port|day|week|office|server|sql|covid|part|page|version|disk|row|x)-?\d+(?:-\w+)?$`)
)

var linkRules = []nameRule{
	{regexp.MustCompile(`https?://([^\s/:?#<>"']+)([^\s<>"'?#]*)[^\s<>"']*`), func(g []string) string {
		if vendorHost.MatchString(g[1]) {
			return "https://" + g[1] + g[2]
		}
		return "<Link>"
	}},
	{regexp.MustCompile(`[\pL\d._%+-]+@[\pL\d-]+(?:\.[\pL\d-]+)*\.?`), constant("<Mail>")},
}

var hostRules = []nameRule{
	{regexp.MustCompile(`<[@#][^>\s]*>`), constant("<User>")},
	{regexp.MustCompile(`\\\\([\pL\d._-]+)\\`), func(g []string) string {
		if g[1] == "." {
			return g[0]
		}
		return `\\<Server>\`
	}},
	{regexp.MustCompile(`(?i)([\\/](?:users|home)[\\/])([^\\/\s"'<>]+)`), func(g []string) string { return g[1] + "<User>" }},
	{regexp.MustCompile(`(^|[^\pL\d\\:_.-])([A-Za-z][\w-]{1,14})\\([\w.$-]+)(\\?)`), func(g []string) string {
		domain := strings.ToUpper(g[2])
		if g[4] != "" || strings.HasPrefix(domain, "HK") || domain == "AUTHORITY" || domain == "BUILTIN" {
			return g[0] // a key of the registry, a path or an account that every Windows has
		}
		return g[1] + "<Account>"
	}},
	{regexp.MustCompile(`\b(?:[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?\.)+(?i:local|lan|corp|internal|intranet|intra|home|domain|ad|com|net|org|edu|gov|example|test|invalid|io|kr|jp|cn|de|uk|fr|eu|us)\b`), func(g []string) string {
		if vendorHost.MatchString(g[0]) {
			return g[0]
		}
		return "<Server>"
	}},
	{computer, func(g []string) string {
		if noComputer.MatchString(g[0]) {
			return g[0]
		}
		return "<Server>"
	}},
}

func constant(text string) func([]string) string { return func([]string) string { return text } }

var (
	address  = regexp.MustCompile(`[\dA-Fa-f]*[:.-][\dA-Fa-f:.-]*[\dA-Fa-f:]`)
	hardware = regexp.MustCompile(`^[\dA-Fa-f]{2}(?:[:-][\dA-Fa-f]{2}){5}$`)
	// A version has the form of an address: "version 10.22.148.0".
	version = beforeVersion(versionWords)
)

// versionWords are the words before a version, one on each line.
//
//go:embed versions.txt
var versionWords string

// beforeVersion returns a pattern for a text that ends with one of some words.
func beforeVersion(words string) *regexp.Regexp {
	var quoted []string
	for word := range strings.FieldsSeq(words) {
		quoted = append(quoted, regexp.QuoteMeta(word))
	}
	return regexp.MustCompile(`(?i)(?:` + strings.Join(quoted, "|") + `)\s*[:=]?\s*$`)
}

// withoutAddresses replaces network addresses.
func withoutAddresses(text string) string {
	var b strings.Builder
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		word := text[found[0]:found[1]]
		ip, err := netip.ParseAddr(word)
		isHardware := hardware.MatchString(word)
		switch {
		case err != nil && !isHardware, version.MatchString(text[max(0, found[0]-16):found[0]]), letterBefore(text[:found[0]]):
			continue
		case !isHardware && (ip.IsUnspecified() || ip.IsLoopback()):
			continue // the same on every machine
		}
		b.WriteString(text[at:found[0]])
		b.WriteString("<Address>")
		at = found[1]
	}
	b.WriteString(text[at:])
	return b.String()
}

// letterBefore reports whether a text ends with a letter or a digit.
func letterBefore(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// minName is the length of the shortest name that is replaced, in characters: a single
// letter is in every text.
const minName = 2

// withoutName replaces a name wherever it is a word, whatever its case. Korean
// particles follow a word without a space.
func withoutName(text, name string) string {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) < minName {
		return text
	}
	pattern, err := regexp.Compile(`(?i)` + regexp.QuoteMeta(name))
	if err != nil { // it is no valid UTF-8
		return text
	}
	var b strings.Builder
	at := 0
	for _, found := range pattern.FindAllStringIndex(text, -1) {
		after, _ := utf8.DecodeRuneInString(text[found[1]:])
		inWord := letterBefore(text[:found[0]]) || after < utf8.RuneSelf && (unicode.IsLetter(after) || unicode.IsDigit(after))
		if inWord || inPlaceholder(text, found[0], found[1]) {
			continue
		}
		b.WriteString(text[at:found[0]])
		b.WriteString("<Name>")
		at = found[1]
	}
	b.WriteString(text[at:])
	return b.String()
}

// inPlaceholder reports whether a part of a text is that of a placeholder or a mask.
func inPlaceholder(text string, start, end int) bool {
	return strings.HasSuffix(text[:start], "<") && strings.HasPrefix(text[end:], ">") ||
		strings.HasSuffix(text[:start], maskStart) && strings.HasPrefix(text[end:], maskEnd)
}
