package slackfake

import (
	"bytes"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// blockKit is the JSON Schema of all blocks and views. It was generated from
// the package @slack/types 3.2.0 by Slack Technologies; schema/LICENSE is its
// license.
//
//go:embed schema/blockkit.json
var blockKit []byte

// A Validator checks blocks and views against Block Kit.
type Validator struct {
	block map[string]*jsonschema.Schema // by type, such as section
	other map[string]*jsonschema.Schema // modal, home, option
}

// Limits of Block Kit that the schema cannot express.
//
// https://docs.slack.dev/reference/block-kit/blocks
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
)

// NewValidator compiles the schema.
func NewValidator() (*Validator, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(blockKit))
	if err != nil {
		return nil, fmt.Errorf("slackfake: Block Kit schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("blockkit.json", schema); err != nil {
		return nil, fmt.Errorf("slackfake: Block Kit schema: %w", err)
	}
	blocks, err := compile(compiler, map[string]string{
		"actions": "ActionsBlock", "alert": "AlertBlock", "card": "CardBlock", "carousel": "CarouselBlock", "container": "ContainerBlock",
		"context": "ContextBlock", "context_actions": "ContextActionsBlock", "data_table": "DataTableBlock", "divider": "DividerBlock",
		"file": "FileBlock", "header": "HeaderBlock", "image": "ImageBlock", "input": "InputBlock", "markdown": "MarkdownBlock",
		"plan": "PlanBlock", "rich_text": "RichTextBlock", "section": "SectionBlock", "table": "TableBlock", "task_card": "TaskCardBlock",
		"video": "VideoBlock",
	})
	if err != nil {
		return nil, err
	}
	others, err := compile(compiler, map[string]string{"modal": "ModalView", "home": "HomeView", "option": "PlainTextOption"})
	return &Validator{block: blocks, other: others}, err
}

func compile(c *jsonschema.Compiler, names map[string]string) (map[string]*jsonschema.Schema, error) {
	compiled := map[string]*jsonschema.Schema{}
	for kind, name := range names {
		schema, err := c.Compile("blockkit.json#/definitions/" + name)
		if err != nil {
			return nil, fmt.Errorf("slackfake: Block Kit schema: %w", err)
		}
		compiled[kind] = schema
	}
	return compiled, nil
}

// Blocks returns the errors in the blocks of a message, in the form of Slack's
// response_metadata.messages.
func (c *Validator) Blocks(blocks []any) []string {
	return c.blocks(blocks, maxMessageBlocks)
}

// View returns the errors in a modal or a Home tab.
func (c *Validator) View(view map[string]any) []string {
	kind, _ := view["type"].(string)
	schema := map[string]*jsonschema.Schema{"modal": c.other["modal"], "home": c.other["home"]}[kind]
	if schema == nil {
		return []string{validationMessage("/view/type", "unsupported type: "+kind)}
	}
	frame := object{}
	maps.Copy(frame, view)
	blocks, ok := view["blocks"].([]any)
	if !ok {
		return []string{validationMessage("/view/blocks", "must be an array")}
	}
	frame["blocks"] = []any{} // blocks are validated one by one below
	errs := validationMessages("/view", schema.Validate(frame))
	asks := slices.ContainsFunc(blocks, func(b any) bool { block, _ := b.(object); return block["type"] == "input" })
	if kind == "modal" && asks && view["submit"] == nil {
		errs = append(errs, validationMessage("/view/submit", "required when there are input blocks"))
	}
	return append(errs, c.blocks(blocks, maxViewBlocks)...)
}

// Option returns the errors in an option of a select menu.
func (c *Validator) Option(option any) []string {
	return validationMessages("/option", c.other["option"].Validate(option))
}

func (c *Validator) blocks(blocks []any, limit int) []string {
	var errs []string
	if len(blocks) > limit {
		errs = append(errs, validationMessage("/blocks", fmt.Sprintf("no more than %d items allowed", limit)))
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		pointer := fmt.Sprintf("/blocks/%d", i)
		block, _ := b.(object)
		kind, _ := block["type"].(string)
		schema, ok := c.block[kind]
		if !ok {
			errs = append(errs, validationMessage(pointer+"/type", "unsupported type: "+kind))
			continue
		}
		if id, ok := block["block_id"].(string); ok && ids[id] {
			errs = append(errs, validationMessage(pointer+"/block_id", "`block_id` "+id+" already exists"))
		} else if ok {
			ids[id] = true
		}
		errs = append(errs, validationMessages(pointer, schema.Validate(b))...)
		errs = append(errs, repeatedActionIDs(pointer, block)...)
	}
	return errs
}

// repeatedActionIDs reports action_ids that a block has more than once.
func repeatedActionIDs(pointer string, block object) []string {
	var errs []string
	ids := map[string]bool{}
	for e := range elements([]any{block}) {
		id, ok := e.json["action_id"].(string)
		if ok && ids[id] {
			errs = append(errs, validationMessage(pointer, "`action_id` "+id+" already exists"))
		}
		ids[id] = true
	}
	return errs
}

func validationMessage(pointer, what string) string {
	return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", what, pointer)
}

// validationMessages returns the messages for a validation error, each with a
// pointer to its place.
func validationMessages(pointer string, err error) []string {
	if err == nil {
		return nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []string{validationMessage(pointer, err.Error())}
	}
	var all []string
	for _, u := range invalid.BasicOutput().Errors {
		if u.Error != nil {
			all = append(all, validationMessage(pointer+u.InstanceLocation, u.Error.String()))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// decodeJSON decodes a JSON value, or returns nil if it is invalid.
func decodeJSON(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}
