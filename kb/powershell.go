package kb

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The linter checks that a PowerShell script only reads. It knows no more of the
// language than a collector needs, and refuses everything else: commands by any
// other name, methods, redirections, and values set anywhere but in a variable.

// readingVerbs are the verbs of commands that only read, whatever their noun, and
// readingCommands those whose verb is shared with commands that do not: Format-List
// shows something, Format-Volume erases it.
var (
	readingVerbs    = []string{"get", "select", "where", "measure", "sort", "group", "compare"}
	readingCommands = []string{
		"foreach-object", "format-table", "format-list", "join-path", "split-path", "out-string", "write-output",
		"test-path", "test-connection", "test-netconnection", "resolve-path", "resolve-dnsname", "convertto-json", "convertto-csv",
	}
	// notReadingCommands ask for a password, or install updates.
	notReadingCommands = []string{"get-credential", "get-wuinstall", "get-windowsupdate"}
	// shellKeywords may begin a statement.
	shellKeywords = []string{"if", "elseif", "else", "foreach"}
)

// shellToken matches a token of a script: a comment, a string, a variable, a word,
// or a sign.
var shellToken = regexp.MustCompile(`(?s)^(?:` +
	`(?P<comment>#[^\n]*)` +
	`|(?P<string>'(?:[^']|'')*'|"(?:[^"` + "`" + `]|` + "`." + `|"")*")` +
	`|(?P<variable>\$[\w:]+|\$[_?^$])` +
	`|(?P<sign>\$\(|@\(|@\{|\+=|-=|::|&&|\|\||[ \t\r]+|\n|[^\w\s])` +
	`|(?P<word>[\w]+(?:-\w+)*))`)

// A shellReader reads a script for notReading.
type shellReader struct {
	wrong  []string
	starts bool   // the next token begins a command
	before string // the token before, without spaces
	prior  string // the one before that
	last   string // the name of the last command, until its first argument
}

// notReading returns what a script may change.
func notReading(script string) []string {
	r := &shellReader{starts: true}
	inWord := false // a # is no comment
	for script != "" {
		m := shellToken.FindStringSubmatch(script)
		if m == nil || inWord && script[0] == '#' {
			m = []string{script[:1], "", "", "", script[:1], ""} // a sign
		}
		script = script[len(m[0]):]
		inWord = !strings.ContainsAny(m[0][len(m[0])-1:], " \t\r\n;|&(){}")
		kind := ""
		for i, name := range shellToken.SubexpNames() {
			if name != "" && m[i] != "" {
				kind = name
			}
		}
		r.token(kind, m[0], script)
	}
	slices.Sort(r.wrong)
	return slices.Compact(r.wrong)
}

func (r *shellReader) refuse(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// token reads a token. rest is the script after it.
func (r *shellReader) token(kind, token, rest string) {
	if kind == "comment" || kind == "sign" && strings.Trim(token, " \t\r") == "" {
		return
	}
	if r.last == "foreach-object" && token != "{" {
		r.refuse("ForEach-Object with %s; want a block", token)
	}
	r.last = ""
	switch kind {
	case "string":
		if token[0] == '"' && strings.Contains(token, "$(") {
			r.refuse("the string %s runs a command", token)
		}
		r.operand(token)
	case "variable":
		r.operand(token)
	case "word":
		r.word(token, rest)
	default:
		r.sign(token, rest)
	}
	r.prior, r.before = r.before, token
}

// operand reads a string or variable. A script may not run one.
func (r *shellReader) operand(token string) {
	if r.before == "." && r.prior != "" {
		r.refuse("the member %s is named by a value", token)
	}
	r.starts = false
}

// word reads a word: the name of a command, an argument, or the name of a member.
func (r *shellReader) word(token, rest string) {
	name := strings.ToLower(token)
	switch {
	case r.before == ".":
		if strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "{") {
			r.refuse("the method %s", token)
		}
	case name == "in":
		r.starts = true
		return
	case !r.starts || unicode.IsDigit(rune(token[0])):
	case slices.Contains(shellKeywords, name):
		return // its condition or block follows
	case strings.HasPrefix(strings.TrimLeft(rest, " "), "="): // the key of a table
	default:
		r.command(name, token)
	}
	r.starts = false
}

func (r *shellReader) command(name, token string) {
	verb, _, _ := strings.Cut(name, "-")
	reads := strings.Contains(name, "-") && slices.Contains(readingVerbs, verb) || slices.Contains(readingCommands, name)
	if !reads || slices.Contains(notReadingCommands, name) {
		r.refuse("the command %s", token)
	}
	r.last = name
}

// sign reads a sign.
func (r *shellReader) sign(token, rest string) {
	switch token {
	case "\n", ";", "|", "&&", "||", "(", "{", "$(", "@(", "@{":
		r.starts = true
	case "=", "+=", "-=":
		r.assignment()
		r.starts = true
	case "&":
		if !strings.HasPrefix(strings.TrimLeft(rest, " "), "{") {
			r.refuse("& runs what follows; want it only before a block")
		}
	case ">", "<", "`", "::", "'", `"`, "@", "#": // a quote or # that is left is within a word, or opens what ends nowhere
		r.refuse("the sign %s", token)
	case ".":
		if r.starts {
			r.refuse("the sign . runs a script")
		}
		if strings.HasPrefix(rest, "(") {
			r.refuse("the member is named by a value")
		}
	case ")", "}", "]", "[", ",", "-", "!", "+", "*", "/":
		r.starts = false
	default:
		if r.starts {
			r.refuse("the sign %s", token)
		}
	}
}

// assignment checks that a value is set in a variable of the script, or is one of
// a table.
func (r *shellReader) assignment() {
	switch first := r.before; {
	case first == "" || r.prior == "." || strings.HasPrefix(first, "$") && strings.Contains(first, ":"):
		r.refuse("%s is set", first)
	case !strings.HasPrefix(first, "$") && !strings.ContainsAny(first[:1], `'"`) && !isWord(first):
		r.refuse("a value is set after %s", first)
	}
}

func isWord(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' })
}
