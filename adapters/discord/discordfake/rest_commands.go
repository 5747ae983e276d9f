package discordfake

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"mabsbot/adapters/chat/chatfake"
)

// A Command is a registered application command.
type Command struct {
	ID      string
	Guild   string         // "" for a global command
	Body    map[string]any // as Discord shows it: name, description, options …
	version string
}

func (c *Command) name() string { return c.Body["name"].(string) }
func (c *Command) kind() int    { return typeOf(c.Body) }

// Commands returns the registered commands, oldest first.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Command
	for _, c := range s.commands {
		all = append(all, Command{ID: c.ID, Guild: c.Guild, Body: chatfake.Clone(c.Body), version: c.version})
	}
	return all
}

// json returns the command as REST shows it.
func (c *Command) json(s *Server) object {
	o := chatfake.Clone(c.Body)
	o["id"], o["application_id"], o["version"] = c.ID, s.AppID, c.version
	if c.Guild != "" {
		o["guild_id"] = c.Guild
		delete(o, "contexts")
	}
	return o
}

// commandGuild checks the application ID of a request and returns the guild of
// its commands, if any.
func (s *Server) commandGuild(c *call) (guild string, err error) {
	switch {
	case c.arg("application") != s.AppID:
		return "", fail(unknownApplication)
	case c.arg("guild") != "":
		_, err = s.guildFor(c)
	}
	return c.arg("guild"), err
}

// commandFor returns the command that a request names.
func (s *Server) commandFor(c *call) (*Command, error) {
	guild, err := s.commandGuild(c)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.commands, func(each *Command) bool { return each.Guild == guild && each.ID == c.arg("command") })
	if i < 0 {
		return nil, fail(unknownCommand)
	}
	return s.commands[i], nil
}

func (s *Server) getCommands(c *call) (any, error) {
	guild, err := s.commandGuild(c)
	if err != nil {
		return nil, err
	}
	commands := []any{}
	for _, each := range s.commands {
		if each.Guild != guild {
			continue
		}
		o := each.json(s)
		if c.r.URL.Query().Get("with_localizations") != "true" {
			removeLocalizations(o)
		}
		commands = append(commands, o)
	}
	return commands, nil
}

// removeLocalizations removes localized names and descriptions.
func removeLocalizations(o object) {
	delete(o, "name_localizations")
	delete(o, "description_localizations")
	for _, key := range []string{"options", "choices"} {
		below, _ := o[key].([]any)
		for _, each := range below {
			removeLocalizations(each.(object))
		}
	}
}

func (s *Server) getCommand(c *call) (any, error) {
	command, err := s.commandFor(c)
	if err != nil {
		return nil, err
	}
	return command.json(s), nil
}

func (s *Server) createCommand(c *call) (any, error) {
	guild, err := s.commandGuild(c)
	if err != nil {
		return nil, err
	}
	var f form
	body := f.command(c.body, "")
	if err := f.err(); err != nil {
		return nil, err
	}
	command, fresh, err := s.register(guild, body)
	if err != nil {
		return nil, err
	}
	if fresh {
		c.status = http.StatusCreated
	}
	return command.json(s), nil
}

// register adds a command, or updates the one with the same name and type.
func (s *Server) register(guild string, body object) (command *Command, fresh bool, err error) {
	same := func(each *Command) bool {
		return each.Guild == guild && each.name() == body["name"] && each.kind() == typeOf(body)
	}
	if i := slices.IndexFunc(s.commands, same); i >= 0 {
		s.updateCommand(s.commands[i], body)
		return s.commands[i], false, nil
	}
	count := 0
	for _, each := range s.commands {
		if each.Guild == guild && each.kind() == typeOf(body) {
			count++
		}
	}
	if s.created[guild]++; s.created[guild] > s.options.CommandLimit {
		return nil, false, fail(maxDailyCreates)
	}
	if count >= maxCommands(typeOf(body)) {
		return nil, false, fail(maxCommandsReached)
	}
	command = &Command{ID: s.id(), Guild: guild, Body: body, version: s.id()}
	s.commands = append(s.commands, command)
	return command, true, nil
}

// updateCommand replaces the body of a command, which changes its version.
func (s *Server) updateCommand(command *Command, body object) {
	if !reflect.DeepEqual(command.Body, body) {
		command.Body, command.version = body, s.id()
	}
}

func (s *Server) bulkOverwriteCommands(c *call) (any, error) {
	guild, err := s.commandGuild(c)
	if err != nil {
		return nil, err
	}
	var f form
	var bodies []object
	for i, each := range c.list {
		o, _ := each.(object)
		bodies = append(bodies, f.command(o, strconv.Itoa(i)))
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	s.commands = slices.DeleteFunc(s.commands, func(each *Command) bool {
		return each.Guild == guild && !slices.ContainsFunc(bodies, func(o object) bool { return each.name() == o["name"] && each.kind() == typeOf(o) })
	})
	commands := []any{}
	for _, body := range bodies {
		command, _, err := s.register(guild, body)
		if err != nil {
			return nil, err
		}
		commands = append(commands, command.json(s))
	}
	return commands, nil
}

func (s *Server) editCommand(c *call) (any, error) {
	command, err := s.commandFor(c)
	if err != nil {
		return nil, err
	}
	body := chatfake.Clone(command.Body)
	maps.Copy(body, c.body)
	var f form
	body = f.command(body, "")
	if err := f.err(); err != nil {
		return nil, err
	}
	s.updateCommand(command, body)
	return command.json(s), nil
}

func (s *Server) deleteCommand(c *call) (any, error) {
	command, err := s.commandFor(c)
	if err != nil {
		return nil, err
	}
	s.commands = slices.DeleteFunc(s.commands, func(each *Command) bool { return each == command })
	return nil, nil
}
