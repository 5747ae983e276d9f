package discordfake

import (
	"cmp"
	"net/http"
)

// JSON error codes.
//
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
const (
	generalError        = 0
	unknownApplication  = 10002
	unknownChannel      = 10003
	unknownGuild        = 10004
	unknownMember       = 10007
	unknownMessage      = 10008
	unknownUser         = 10013
	unknownEmoji        = 10014
	unknownWebhook      = 10015
	unknownInteraction  = 10062
	unknownCommand      = 10063
	maxCommandsReached  = 30032
	maxDailyCreates     = 30034
	requestTooLarge     = 40005
	cannotSendInForum   = 40058
	alreadyAcknowledged = 40060
	tagRequired         = 40067
	blockedByProxy      = 40333
	missingAccess       = 50001
	notTheAuthor        = 50005
	emptyMessage        = 50006
	cannotSendToUser    = 50007
	notATextChannel     = 50008
	missingPermissions  = 50013
	systemMessage       = 50021
	wrongChannelType    = 50024
	invalidWebhookToken = 50027
	invalidFormBody     = 50035
	invalidVersion      = 50041
	threadArchived      = 50083
	invalidJSON         = 50109
	cannotReadHistory   = 160002
	threadExists        = 160004
	threadLocked        = 160005
)

// apiErrors returns status and message for each JSON error code.
func apiErrors() map[int]apiError {
	return map[int]apiError{
		unknownApplication:  {status: http.StatusNotFound, message: "Unknown Application"},
		unknownChannel:      {status: http.StatusNotFound, message: "Unknown Channel"},
		unknownGuild:        {status: http.StatusNotFound, message: "Unknown Guild"},
		unknownMember:       {status: http.StatusNotFound, message: "Unknown Member"},
		unknownMessage:      {status: http.StatusNotFound, message: "Unknown Message"},
		unknownUser:         {status: http.StatusNotFound, message: "Unknown User"},
		unknownEmoji:        {status: http.StatusBadRequest, message: "Unknown Emoji"},
		unknownWebhook:      {status: http.StatusNotFound, message: "Unknown Webhook"},
		unknownInteraction:  {status: http.StatusNotFound, message: "Unknown interaction"},
		unknownCommand:      {status: http.StatusNotFound, message: "Unknown application command"},
		maxCommandsReached:  {status: http.StatusBadRequest, message: "Maximum number of application commands reached"},
		maxDailyCreates:     {status: http.StatusBadRequest, message: "Max number of daily application command creates has been reached (200)"},
		requestTooLarge:     {status: http.StatusRequestEntityTooLarge, message: "Request entity too large"},
		cannotSendInForum:   {status: http.StatusBadRequest, message: "Cannot send a message in a forum channel"},
		alreadyAcknowledged: {status: http.StatusBadRequest, message: "Interaction has already been acknowledged."},
		tagRequired:         {status: http.StatusBadRequest, message: "A tag is required to create a forum post in this channel"},
		blockedByProxy:      {status: http.StatusForbidden, message: "internal network error"},
		missingAccess:       {status: http.StatusForbidden, message: "Missing Access"},
		notTheAuthor:        {status: http.StatusForbidden, message: "Cannot edit a message authored by another user"},
		emptyMessage:        {status: http.StatusBadRequest, message: "Cannot send an empty message"},
		cannotSendToUser:    {status: http.StatusForbidden, message: "Cannot send messages to this user"},
		notATextChannel:     {status: http.StatusBadRequest, message: "Cannot send messages in a non-text channel"},
		missingPermissions:  {status: http.StatusForbidden, message: "Missing Permissions"},
		systemMessage:       {status: http.StatusForbidden, message: "Cannot execute action on a system message"},
		wrongChannelType:    {status: http.StatusBadRequest, message: "Cannot execute action on this channel type"},
		invalidWebhookToken: {status: http.StatusUnauthorized, message: "Invalid Webhook Token"},
		invalidFormBody:     {status: http.StatusBadRequest, message: "Invalid Form Body"},
		invalidVersion:      {status: http.StatusBadRequest, message: "Invalid API version"},
		threadArchived:      {status: http.StatusBadRequest, message: "Thread is archived"},
		invalidJSON:         {status: http.StatusBadRequest, message: "The request body contains invalid JSON."},
		cannotReadHistory:   {status: http.StatusForbidden, message: "Cannot reply without permission to read message history"},
		threadExists:        {status: http.StatusBadRequest, message: "A thread has already been created for this message"},
		threadLocked:        {status: http.StatusForbidden, message: "Thread is locked"},
	}
}

// An apiError is an error response.
type apiError struct {
	status  int
	code    int
	message string
	errors  object // form errors, by field
}

func (f *apiError) Error() string { return f.message }

func (f *apiError) json() object {
	o := object{"message": f.message, "code": f.code}
	if len(f.errors) > 0 {
		o["errors"] = f.errors
	}
	return o
}

func fail(code int) error {
	f := apiErrors()[code]
	f.code = code
	return &f
}

// statusError returns an error with the code 0, which says no more than its
// status.
func statusError(status int) error {
	text := map[int]string{401: "401: Unauthorized", 404: "404: Not Found", 405: "405: Method Not Allowed", 500: "500: Internal Server Error"}[status]
	return &apiError{status: status, code: generalError, message: cmp.Or(text, http.StatusText(status))}
}
