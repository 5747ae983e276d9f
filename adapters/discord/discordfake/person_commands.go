package discordfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Command types a slash command such as "/mabs 0x29834" in a channel and waits
// for the response. The text after the name is the value of the first option
// unless it names options, as in "/mabs query:0x29834". The error is what
// Discord's client would show.
func (p *Person) Command(channel, line string) error {
	_, err := p.sendCommand(channel, line, interactionCommand)
	return err
}

// Suggest types a command without sending it and returns the application's
// autocomplete choices for the last option.
func (p *Person) Suggest(channel, line string) ([]Choice, error) {
	i, err := p.sendCommand(channel, line, interactionAutocomplete)
	if err != nil {
		return nil, err
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return slices.Clone(i.choices), nil
}

func (p *Person) sendCommand(channel, line string, kind int) (*Interaction, error) {
	p.s.mu.Lock()
	i, err := p.parseCommand(channel, line, kind)
	p.s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return i, p.s.waitForResponse(i)
}

func (p *Person) parseCommand(channel, line string, kind int) (*Interaction, error) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	command, err := p.command(channel, name, commandChatInput)
	if err != nil {
		return nil, err
	}
	options, err := p.optionValues(command, strings.TrimSpace(rest), kind)
	if err != nil {
		return nil, err
	}
	data := command.data()
	if len(options) > 0 {
		data["options"] = options
	}
	return p.s.createInteraction(p, channel, kind, command.name(), data, nil, nil), nil
}

// data returns the data of an interaction with the command.
func (c *Command) data() object {
	o := object{"id": c.ID, "name": c.name(), "type": c.kind()}
	if c.Guild != "" {
		o["guild_id"] = c.Guild
	}
	return o
}

// command returns a command that is available in a channel, by its name or
// localized name.
func (p *Person) command(channel, name string, kind int) (*Command, error) {
	c := p.s.mustChannel(channel)
	for _, each := range p.s.commands {
		names, _ := each.Body["name_localizations"].(object)
		if each.kind() == kind && (each.name() == name || names[p.Locale] == name) && each.availableIn(c) {
			return each, nil
		}
	}
	return nil, fmt.Errorf("discordfake: no command %s", name)
}

// availableIn reports whether the command is available in a channel.
func (c *Command) availableIn(channel *Channel) bool {
	if c.Guild != "" {
		return c.Guild == channel.Guild
	}
	where := 0.0
	if channel.Guild == "" {
		where = 1
	}
	contexts, ok := c.Body["contexts"].([]any)
	if !ok {
		return channel.Guild != "" || c.Body["dm_permission"] != false
	}
	return slices.Contains(contexts, any(where))
}

// optionValues parses the options of a command. For autocomplete, the last one
// is focused.
func (p *Person) optionValues(c *Command, rest string, what int) ([]any, error) {
	var options []any
	for _, o := range c.options() {
		text, ok := textFor(c, o, rest)
		switch {
		case !ok && o["required"] == true && what == interactionCommand:
			return nil, fmt.Errorf("discordfake: %s requires %v", c.name(), o["name"])
		case !ok:
			continue
		}
		value, err := optionValue(o, text)
		if err != nil && what == interactionCommand {
			return nil, err
		}
		options = append(options, object{"name": o["name"], "type": typeOf(o), "value": value})
	}
	if what == interactionAutocomplete {
		if len(options) == 0 {
			return nil, fmt.Errorf("discordfake: %s has no option to autocomplete", c.name())
		}
		options[len(options)-1].(object)["focused"] = true
	}
	return options, nil
}

func (c *Command) options() []object {
	list, _ := c.Body["options"].([]any)
	var options []object
	for _, each := range list {
		options = append(options, each.(object))
	}
	return options
}

// textFor returns the text of an option: the text after its name, or for the
// first option the whole text if it names none.
func textFor(c *Command, o object, rest string) (string, bool) {
	options := c.options()
	named := slices.ContainsFunc(options, func(each object) bool { return strings.Contains(" "+rest, " "+each["name"].(string)+":") })
	if !named {
		first := options[0]["name"] == o["name"]
		return rest, first && rest != ""
	}
	_, text, ok := strings.Cut(" "+rest, " "+o["name"].(string)+":")
	end := len(text)
	for _, each := range options {
		if i := strings.Index(text, " "+each["name"].(string)+":"); i >= 0 {
			end = min(end, i)
		}
	}
	return text[:end], ok
}

// optionValue converts the text of an option to its value.
func optionValue(o object, text string) (any, error) {
	choices, _ := o["choices"].([]any)
	for _, each := range choices {
		if choice := each.(object); choice["name"] == text {
			return choice["value"], nil
		}
	}
	if len(choices) > 0 {
		return text, fmt.Errorf("discordfake: %v has no choice %q", o["name"], text)
	}
	var value any = text
	var err error
	switch typeOf(o) {
	case stringOption:
		maximum, ok := o["max_length"].(float64)
		if ok && length(text) > int(maximum) {
			err = fmt.Errorf("discordfake: %v is limited to %v characters", o["name"], maximum)
		}
	case 4: // INTEGER
		value, err = strconv.Atoi(text)
	case 5: // BOOLEAN
		value, err = strconv.ParseBool(text)
	case 10: // NUMBER
		value, err = strconv.ParseFloat(text, 64)
	default:
		err = fmt.Errorf("discordfake: cannot type an option of type %d", typeOf(o))
	}
	return value, err
}

// CommandOn uses a message command and waits for the response. The bot need not
// see the message.
func (p *Person) CommandOn(m Message, name string) error {
	p.s.mu.Lock()
	i, err := p.sendMessageCommand(m, name)
	p.s.mu.Unlock()
	if err != nil {
		return err
	}
	return p.s.waitForResponse(i)
}

func (p *Person) sendMessageCommand(m Message, name string) (*Interaction, error) {
	kept := p.s.messages[m.ID]
	if kept == nil || !p.sees(kept) {
		return nil, fmt.Errorf("discordfake: %s sees no message %s", p.Name, m.ID)
	}
	command, err := p.command(m.Channel, name, commandMessage)
	if err != nil {
		return nil, err
	}
	data := command.data()
	data["target_id"] = m.ID
	data["resolved"] = object{"messages": object{m.ID: p.s.messageJSON(kept)}}
	return p.s.createInteraction(p, m.Channel, interactionCommand, name, data, nil, nil), nil
}
