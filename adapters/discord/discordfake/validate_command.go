package discordfake

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"mabsbot/adapters/chat/chatfake"
)

// Application command types.
//
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types
const (
	commandChatInput = 1
	commandUser      = 2
	commandMessage   = 3
)

// Limits of commands.
//
// https://docs.discord.com/developers/interactions/application-commands
const (
	maxName          = 32
	maxDescription   = 100
	maxChoice        = 100  // characters in the name of a choice, and in its value
	maxCommandLength = 8000 // total of names, descriptions and values
	maxOptions       = 25
	maxChatInput     = 100
	maxContextMenu   = 15 // each of user and message commands
)

func maxCommands(kind int) int {
	if kind == commandChatInput {
		return maxChatInput
	}
	return maxContextMenu
}

// slashName matches valid names of slash commands and options.
var slashName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales are the locales for localizations.
//
// https://docs.discord.com/developers/reference#locales
const locales = " id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko ar he "

// command validates a command and returns it as Discord shows it.
func (f *form) command(body object, at string) object {
	o := chatfake.Clone(body)
	if o == nil {
		f.required(at)
		return nil
	}
	withoutNulls(o)
	if o["type"] == nil {
		o["type"] = float64(commandChatInput)
	}
	sum := f.names(o, at, typeOf(o) == commandChatInput)
	sum += f.options(o, at)
	if sum > maxCommandLength {
		f.add(fieldPath(at, "options"), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
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
	if typeOf(o) == commandChatInput && o["options"] == nil {
		o["options"] = []any{}
	}
	return o
}

// names validates name and description of a command or option and returns their
// length. Of the localizations, the longest counts.
func (f *form) names(o object, at string, slash bool) int {
	name := f.text(o, "name", at, 1, maxName)
	f.commandName(name, fieldPath(at, "name"), slash)
	minimum := 0
	if slash {
		minimum = 1
	}
	description := f.text(o, "description", at, minimum, maxDescription)
	if !slash && description != "" {
		f.add(fieldPath(at, "description"), "APPLICATION_COMMAND_DESCRIPTION_NOT_EMPTY", "Context menu commands cannot have description")
	}
	names := f.localizations(o, "name_localizations", at, maxName, slash)
	descriptions := f.localizations(o, "description_localizations", at, maxDescription, false)
	return max(length(name), names) + max(length(description), descriptions)
}

func (f *form) commandName(name, at string, slash bool) {
	if slash && name != "" && (!slashName.MatchString(name) || strings.ToLower(name) != name) {
		f.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// localizations validates localized texts and returns the length of the
// longest.
func (f *form) localizations(o object, key, at string, maximum int, slash bool) int {
	longest := 0
	translations, _ := o[key].(object)
	for locale := range maps.Keys(translations) {
		path := fieldPath(at, key)
		if !strings.Contains(locales, " "+locale+" ") {
			f.add(path, "BASE_TYPE_CHOICES", "The locale "+locale+" is not known")
		}
		text := f.text(translations, locale, path, 1, maximum)
		f.commandName(text, fieldPath(path, locale), slash)
		longest = max(longest, length(text))
	}
	return longest
}

// Application command option types.
const (
	subcommand       = 1
	subcommandGroup  = 2
	stringOption     = 3
	attachmentOption = 11
)

// options validates the options of a command or subcommand and returns their
// length.
func (f *form) options(o object, at string) int {
	options := f.objects(o, "options", at)
	at = fieldPath(at, "options")
	f.maxItems(at, len(options), maxOptions)
	sum, optional := 0, false
	var names []any
	for i, option := range options {
		path := fieldPath(at, i)
		withoutNulls(option)
		if slices.Contains(names, option["name"]) {
			f.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists in these options")
		}
		names = append(names, option["name"])
		if option["required"] == true && optional {
			f.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || option["required"] != true
		sum += f.option(option, path)
	}
	return sum
}

func (f *form) option(option object, at string) int {
	k := f.integer(option, "type", at, subcommand, attachmentOption, 0)
	if k == 0 {
		f.required(fieldPath(at, "type"))
	}
	sum := f.names(option, at, true)
	if k == subcommand || k == subcommandGroup {
		return sum + f.options(option, at)
	}
	choices := f.objects(option, "choices", at)
	f.maxItems(fieldPath(at, "choices"), len(choices), maxOptions)
	if len(choices) > 0 && option["autocomplete"] == true {
		f.add(fieldPath(at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "An option cannot have both choices and autocomplete")
	}
	return sum + f.choices(choices, fieldPath(at, "choices"), k)
}

// choices validates the choices of an option or of an autocomplete result and
// returns their length.
func (f *form) choices(choices []object, at string, optionKind int) int {
	sum := 0
	for i, choice := range choices {
		path := fieldPath(at, i)
		sum += length(f.text(choice, "name", path, 1, maxChoice))
		f.localizations(choice, "name_localizations", path, maxChoice, false)
		if optionKind == stringOption {
			sum += length(f.text(choice, "value", path, 1, maxChoice))
		} else if choice["value"] == nil {
			f.required(fieldPath(path, "value"))
		}
	}
	return sum
}
