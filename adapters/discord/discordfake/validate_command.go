package discordfake

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"mabsbot/adapters/chat/chatfake"
)

// Kinds of commands.
//
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types
const (
	slashCommand   = 1
	userCommand    = 2
	messageCommand = 3
)

// Limits of commands.
//
// https://docs.discord.com/developers/interactions/application-commands
const (
	maxName        = 32
	maxDescription = 100
	maxChoice      = 100  // characters of a choice's name, and of its value
	maxWhole       = 8000 // characters of a command, all names, descriptions and values
	maxArguments   = 25
	maxSlash       = 100
	maxContext     = 15 // of users, and of messages
)

func mostCommands(kind int) int {
	if kind == slashCommand {
		return maxSlash
	}
	return maxContext
}

// slashName is what a command of text, and an option, can be called.
var slashName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales are those that names can be given in.
//
// https://docs.discord.com/developers/reference#locales
const locales = " id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko ar he "

// command checks a command and returns it as Discord shows it.
func (f *form) command(body object, at string) object {
	o := chatfake.Clone(body)
	if o == nil {
		f.required(at)
		return nil
	}
	stripped(o)
	if o["type"] == nil {
		o["type"] = float64(slashCommand)
	}
	sum := f.named(o, at, kind(o) == slashCommand)
	sum += f.arguments(o, at)
	if sum > maxWhole {
		f.wrong(join(at, "options"), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
	}
	defaults := object{
		"description": "", "default_member_permissions": nil, "nsfw": false, "dm_permission": true, "contexts": nil, "integration_types": []any{0.0},
		"name_localizations": nil, "description_localizations": nil,
	}
	for key, v := range defaults {
		if o[key] == nil {
			o[key] = v
		}
	}
	if kind(o) == slashCommand && o["options"] == nil {
		o["options"] = []any{}
	}
	return o
}

// named checks the names and descriptions of a command or an option, and
// returns how many characters they have: of languages the longest counts.
func (f *form) named(o object, at string, slash bool) int {
	name := f.within(o, "name", at, 1, maxName)
	f.slashName(name, join(at, "name"), slash)
	least := 0
	if slash {
		least = 1
	}
	description := f.within(o, "description", at, least, maxDescription)
	if !slash && description != "" {
		f.wrong(join(at, "description"), "APPLICATION_COMMAND_DESCRIPTION_NOT_EMPTY", "Context menu commands cannot have description")
	}
	names := f.localized(o, "name_localizations", at, maxName, slash)
	descriptions := f.localized(o, "description_localizations", at, maxDescription, false)
	return max(length(name), names) + max(length(description), descriptions)
}

func (f *form) slashName(name, at string, slash bool) {
	if slash && name != "" && (!slashName.MatchString(name) || strings.ToLower(name) != name) {
		f.wrong(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// localized checks names by language and returns the length of the longest.
func (f *form) localized(o object, key, at string, most int, slash bool) int {
	longest := 0
	translations, _ := o[key].(object)
	for locale := range maps.Keys(translations) {
		path := join(at, key)
		if !strings.Contains(locales, " "+locale+" ") {
			f.wrong(path, "BASE_TYPE_CHOICES", "The locale "+locale+" is not known")
		}
		text := f.within(translations, locale, path, 1, most)
		f.slashName(text, join(path, locale), slash)
		longest = max(longest, length(text))
	}
	return longest
}

// Kinds of options.
const (
	subcommand      = 1
	subcommandGroup = 2
	stringOption    = 3
	lastOption      = 11
)

// arguments checks the options of a command or subcommand, and returns how many
// characters they have.
func (f *form) arguments(o object, at string) int {
	options := f.array(o, "options", at)
	at = join(at, "options")
	f.atMost(at, len(options), maxArguments)
	sum, optional := 0, false
	var names []any
	for i, option := range options {
		path := join(at, i)
		stripped(option)
		if slices.Contains(names, option["name"]) {
			f.wrong(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists in these options")
		}
		names = append(names, option["name"])
		if option["required"] == true && optional {
			f.wrong(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || option["required"] != true
		sum += f.argument(option, path)
	}
	return sum
}

func (f *form) argument(option object, at string) int {
	k := f.number(option, "type", at, subcommand, lastOption, 0)
	if k == 0 {
		f.required(join(at, "type"))
	}
	sum := f.named(option, at, true)
	if k == subcommand || k == subcommandGroup {
		return sum + f.arguments(option, at)
	}
	choices := f.array(option, "choices", at)
	f.atMost(join(at, "choices"), len(choices), maxArguments)
	if len(choices) > 0 && option["autocomplete"] == true {
		f.wrong(join(at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Choices and autocomplete cannot be both there")
	}
	return sum + f.choices(choices, join(at, "choices"), k)
}

// choices checks choices, of an option or suggested, and returns how many
// characters they have.
func (f *form) choices(choices []object, at string, optionKind int) int {
	sum := 0
	for i, choice := range choices {
		path := join(at, i)
		sum += length(f.within(choice, "name", path, 1, maxChoice))
		f.localized(choice, "name_localizations", path, maxChoice, false)
		if optionKind == stringOption {
			sum += length(f.within(choice, "value", path, 1, maxChoice))
		} else if choice["value"] == nil {
			f.required(join(path, "value"))
		}
	}
	return sum
}
