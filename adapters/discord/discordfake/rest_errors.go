package discordfake

import (
	"cmp"
	"net/http"
)

// Codes of errors.
//
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
const (
	general            = 0
	unknownApplication = 10002
	unknownChannel     = 10003
	unknownGuild       = 10004
	unknownMember      = 10007
	unknownMessage     = 10008
	unknownUser        = 10013
	unknownEmoji       = 10014
	unknownWebhook     = 10015
	unknownInteraction = 10062
	unknownCommand     = 10063
	tooManyCommands    = 30032
	tooManyCreates     = 30034
	tooLarge           = 40005
	inForum            = 40058
	answeredAlready    = 40060
	tagNeeded          = 40067
	blocked            = 40333
	missingAccess      = 50001
	notYours           = 50005
	emptyMessage       = 50006
	closedToYou        = 50007
	noTextChannel      = 50008
	missingPermissions = 50013
	systemMessage      = 50021
	wrongChannel       = 50024
	invalidHookToken   = 50027
	invalidForm        = 50035
	invalidVersion     = 50041
	threadArchived     = 50083
	invalidJSON        = 50109
	noHistory          = 160002
	threadThere        = 160004
	threadLocked       = 160005
)

// failures say for each code with which status and in which words it comes.
func failures() map[int]failure {
	return map[int]failure{
		unknownApplication: {status: http.StatusNotFound, message: "Unknown Application"},
		unknownChannel:     {status: http.StatusNotFound, message: "Unknown Channel"},
		unknownGuild:       {status: http.StatusNotFound, message: "Unknown Guild"},
		unknownMember:      {status: http.StatusNotFound, message: "Unknown Member"},
		unknownMessage:     {status: http.StatusNotFound, message: "Unknown Message"},
		unknownUser:        {status: http.StatusNotFound, message: "Unknown User"},
		unknownEmoji:       {status: http.StatusBadRequest, message: "Unknown Emoji"},
		unknownWebhook:     {status: http.StatusNotFound, message: "Unknown Webhook"},
		unknownInteraction: {status: http.StatusNotFound, message: "Unknown interaction"},
		unknownCommand:     {status: http.StatusNotFound, message: "Unknown application command"},
		tooManyCommands:    {status: http.StatusBadRequest, message: "Maximum number of application commands reached"},
		tooManyCreates:     {status: http.StatusBadRequest, message: "Max number of daily application command creates has been reached (200)"},
		tooLarge:           {status: http.StatusRequestEntityTooLarge, message: "Request entity too large"},
		inForum:            {status: http.StatusBadRequest, message: "Cannot send a message in a forum channel"},
		answeredAlready:    {status: http.StatusBadRequest, message: "Interaction has already been acknowledged."},
		tagNeeded:          {status: http.StatusBadRequest, message: "A tag is required to create a forum post in this channel"},
		blocked:            {status: http.StatusForbidden, message: "internal network error"},
		missingAccess:      {status: http.StatusForbidden, message: "Missing Access"},
		notYours:           {status: http.StatusForbidden, message: "Cannot edit a message authored by another user"},
		emptyMessage:       {status: http.StatusBadRequest, message: "Cannot send an empty message"},
		closedToYou:        {status: http.StatusForbidden, message: "Cannot send messages to this user"},
		noTextChannel:      {status: http.StatusBadRequest, message: "Cannot send messages in a non-text channel"},
		missingPermissions: {status: http.StatusForbidden, message: "Missing Permissions"},
		systemMessage:      {status: http.StatusForbidden, message: "Cannot execute action on a system message"},
		wrongChannel:       {status: http.StatusBadRequest, message: "Cannot execute action on this channel type"},
		invalidHookToken:   {status: http.StatusUnauthorized, message: "Invalid Webhook Token"},
		invalidForm:        {status: http.StatusBadRequest, message: "Invalid Form Body"},
		invalidVersion:     {status: http.StatusBadRequest, message: "Invalid API version"},
		threadArchived:     {status: http.StatusBadRequest, message: "Thread is archived"},
		invalidJSON:        {status: http.StatusBadRequest, message: "The request body contains invalid JSON."},
		noHistory:          {status: http.StatusForbidden, message: "Cannot reply without permission to read message history"},
		threadThere:        {status: http.StatusBadRequest, message: "A thread has already been created for this message"},
		threadLocked:       {status: http.StatusForbidden, message: "Thread is locked"},
	}
}

// A failure is an answer that says no.
type failure struct {
	status  int
	code    int
	message string
	errors  object // what is wrong with a form, by field
}

func (f *failure) Error() string { return f.message }

func (f *failure) json() object {
	o := object{"message": f.message, "code": f.code}
	if len(f.errors) > 0 {
		o["errors"] = f.errors
	}
	return o
}

func fail(code int) error {
	f := failures()[code]
	f.code = code
	return &f
}

// bare is a failure that says no more than its status.
func bare(status int) error {
	text := map[int]string{401: "401: Unauthorized", 404: "404: Not Found", 405: "405: Method Not Allowed", 500: "500: Internal Server Error"}[status]
	return &failure{status: status, code: general, message: cmp.Or(text, http.StatusText(status))}
}
