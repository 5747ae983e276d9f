package discordfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Command types a command in a channel, such as «/mabs 0x29834», and waits for
// the answer. What follows the name is the value of its first option, unless it
// names options itself, such as «/mabs query:0x29834». The error is what Discord
// would complain of.
func (p *Person) Command(channel, line string) error {
	_, err := p.sendCommand(channel, line, interactionCommand)
	return err
}

// Suggest types a command without sending it, and returns what the application
// suggests for the last option.
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

// data is what an interaction says of a command.
func (c *Command) data() object {
	o := object{"id": c.ID, "name": c.name(), "type": c.kind()}
	if c.Guild != "" {
		o["guild_id"] = c.Guild
	}
	return o
}

// command finds a command that the person can use in a channel, by its name in
// any language.
func (p *Person) command(channel, name string, kind int) (*Command, error) {
	c := p.s.mustChannel(channel)
	for _, each := range p.s.commands {
		names, _ := each.Body["name_localizations"].(object)
		if each.kind() == kind && (each.name() == name || names[p.Locale] == name) && each.availableIn(c) {
			return each, nil
		}
	}
	return nil, fmt.Errorf("discordfake: there is no command %s", name)
}

// availableIn reports whether the command is there in a channel.
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

// optionValues turns what is typed behind a command into options. Where it is not sent
// yet the last is in focus.
func (p *Person) optionValues(c *Command, rest string, what int) ([]any, error) {
	var options []any
	for _, o := range c.options() {
		text, ok := textFor(c, o, rest)
		switch {
		case !ok && o["required"] == true && what == interactionCommand:
			return nil, fmt.Errorf("discordfake: %s wants %v", c.name(), o["name"])
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
			return nil, fmt.Errorf("discordfake: %s has no option to suggest for", c.name())
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

// textFor is what is typed for an option: behind its name, or all, for the
// first.
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

// optionValue turns what is typed into the option's value.
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
		most, ok := o["max_length"].(float64)
		if ok && length(text) > int(most) {
			err = fmt.Errorf("discordfake: %v takes %v characters", o["name"], most)
		}
	case 4: // a whole number
		value, err = strconv.Atoi(text)
	case 5: // yes or no
		value, err = strconv.ParseBool(text)
	case 10: // a number
		value, err = strconv.ParseFloat(text, 64)
	default:
		err = fmt.Errorf("discordfake: a person cannot type an option of type %d", typeOf(o))
	}
	return value, err
}

// CommandOn uses a command from the menu of a message, and waits for the answer.
// The bot need not see the message.
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
