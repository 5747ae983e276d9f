package discordfake

import (
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Routes, by the names in Discord's documentation. Calls and faults refer to
// them.
const (
	getGateway               = "GET /gateway"
	GetGatewayBot            = "GET /gateway/bot"
	GetCurrentUser           = "GET /users/@me"
	getUser                  = "GET /users/{user}"
	createDM                 = "POST /users/@me/channels"
	getCurrentUserGuilds     = "GET /users/@me/guilds"
	getCurrentApplication    = "GET /applications/@me"
	getCurrentBotApplication = "GET /oauth2/applications/@me"
	getGuild                 = "GET /guilds/{guild}"
	getGuildChannels         = "GET /guilds/{guild}/channels"
	GetGuildRoles            = "GET /guilds/{guild}/roles"
	listGuildMembers         = "GET /guilds/{guild}/members"
	getGuildMember           = "GET /guilds/{guild}/members/{user}"
	listActiveGuildThreads   = "GET /guilds/{guild}/threads/active"
	GetChannel               = "GET /channels/{channel}"
	ModifyChannel            = "PATCH /channels/{channel}"
	deleteChannel            = "DELETE /channels/{channel}"
	triggerTyping            = "POST /channels/{channel}/typing"
	GetChannelMessages       = "GET /channels/{channel}/messages"
	CreateMessage            = "POST /channels/{channel}/messages"
	getChannelMessage        = "GET /channels/{channel}/messages/{message}"
	EditMessage              = "PATCH /channels/{channel}/messages/{message}"
	DeleteMessage            = "DELETE /channels/{channel}/messages/{message}"
	createReaction           = "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
	deleteOwnReaction        = "DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
	StartThreadFromMessage   = "POST /channels/{channel}/messages/{message}/threads"
	startThread              = "POST /channels/{channel}/threads"
	listThreadMembers        = "GET /channels/{channel}/thread-members"
	joinThread               = "PUT /channels/{channel}/thread-members/@me"
	leaveThread              = "DELETE /channels/{channel}/thread-members/@me"
	addThreadMember          = "PUT /channels/{channel}/thread-members/{user}"

	getGlobalCommands           = "GET /applications/{application}/commands"
	CreateGlobalCommand         = "POST /applications/{application}/commands"
	bulkOverwriteGlobalCommands = "PUT /applications/{application}/commands"
	getGlobalCommand            = "GET /applications/{application}/commands/{command}"
	editGlobalCommand           = "PATCH /applications/{application}/commands/{command}"
	deleteGlobalCommand         = "DELETE /applications/{application}/commands/{command}"
	getGuildCommands            = "GET /applications/{application}/guilds/{guild}/commands"
	createGuildCommand          = "POST /applications/{application}/guilds/{guild}/commands"
	bulkOverwriteGuildCommands  = "PUT /applications/{application}/guilds/{guild}/commands"
	getGuildCommand             = "GET /applications/{application}/guilds/{guild}/commands/{command}"
	editGuildCommand            = "PATCH /applications/{application}/guilds/{guild}/commands/{command}"
	deleteGuildCommand          = "DELETE /applications/{application}/guilds/{guild}/commands/{command}"

	createInteractionResponse = "POST /interactions/{interaction}/{token}/callback"
	CreateFollowupMessage     = "POST /webhooks/{application}/{token}"
	getOriginalResponse       = "GET /webhooks/{application}/{token}/messages/@original"
	EditOriginalResponse      = "PATCH /webhooks/{application}/{token}/messages/@original"
	DeleteOriginalResponse    = "DELETE /webhooks/{application}/{token}/messages/@original"
	getFollowupMessage        = "GET /webhooks/{application}/{token}/messages/{message}"
	editFollowupMessage       = "PATCH /webhooks/{application}/{token}/messages/{message}"
	deleteFollowupMessage     = "DELETE /webhooks/{application}/{token}/messages/{message}"

	GetAttachment = "GET /attachments" // on the CDN
)

// A route is an endpoint of REST. It runs with s.mu held.
type route struct {
	name          string
	run           func(s *Server, c *call) (any, error) // a nil body responds with 204
	status        int                                   // of a success; 0 means 200
	limit         limit                                 // 0 means routeLimit
	noToken       bool                                  // needs no bot token
	noGlobalLimit bool                                  // exempt from the global limit
}

// endpoints returns the routes that the fake implements. Discord does not
// document their limits; these are usual in practice.
func endpoints() []route {
	perMessage, perDelete, perHook := limit{5, 5 * time.Second}, limit{5, time.Second}, limit{5, 2 * time.Second}
	return []route{
		{name: getGateway, run: (*Server).getGateway, noToken: true},
		{name: GetGatewayBot, run: (*Server).getGatewayBot},
		{name: GetCurrentUser, run: (*Server).getCurrentUser},
		{name: getUser, run: (*Server).getUser},
		{name: createDM, run: (*Server).createDM},
		{name: getCurrentUserGuilds, run: (*Server).getCurrentUserGuilds},
		{name: getCurrentApplication, run: (*Server).getCurrentApplication},
		{name: getCurrentBotApplication, run: (*Server).getCurrentApplication},
		{name: getGuild, run: (*Server).getGuild},
		{name: getGuildChannels, run: (*Server).getGuildChannels},
		{name: GetGuildRoles, run: (*Server).getGuildRoles},
		{name: listGuildMembers, run: (*Server).listGuildMembers},
		{name: getGuildMember, run: (*Server).getGuildMember},
		{name: listActiveGuildThreads, run: (*Server).listActiveGuildThreads},
		{name: GetChannel, run: (*Server).getChannel},
		{name: ModifyChannel, run: (*Server).modifyChannel},
		{name: deleteChannel, run: (*Server).deleteChannel},
		{name: triggerTyping, run: (*Server).triggerTyping},
		{name: GetChannelMessages, run: (*Server).getChannelMessages},
		{name: CreateMessage, run: (*Server).createMessage, limit: perMessage},
		{name: getChannelMessage, run: (*Server).getChannelMessage},
		{name: EditMessage, run: (*Server).editMessage, limit: perMessage},
		{name: DeleteMessage, run: (*Server).deleteMessage, limit: perDelete},
		{name: createReaction, run: (*Server).createReaction},
		{name: deleteOwnReaction, run: (*Server).deleteOwnReaction},
		{name: StartThreadFromMessage, run: (*Server).startThreadFromMessage, status: http.StatusCreated},
		{name: startThread, run: (*Server).startThread, status: http.StatusCreated},
		{name: listThreadMembers, run: (*Server).listThreadMembers},
		{name: joinThread, run: (*Server).joinThread},
		{name: leaveThread, run: (*Server).leaveThread},
		{name: addThreadMember, run: (*Server).addThreadMember},

		{name: getGlobalCommands, run: (*Server).getCommands},
		{name: CreateGlobalCommand, run: (*Server).createCommand},
		{name: bulkOverwriteGlobalCommands, run: (*Server).bulkOverwriteCommands},
		{name: getGlobalCommand, run: (*Server).getCommand},
		{name: editGlobalCommand, run: (*Server).editCommand},
		{name: deleteGlobalCommand, run: (*Server).deleteCommand},
		{name: getGuildCommands, run: (*Server).getCommands},
		{name: createGuildCommand, run: (*Server).createCommand},
		{name: bulkOverwriteGuildCommands, run: (*Server).bulkOverwriteCommands},
		{name: getGuildCommand, run: (*Server).getCommand},
		{name: editGuildCommand, run: (*Server).editCommand},
		{name: deleteGuildCommand, run: (*Server).deleteCommand},

		{name: createInteractionResponse, run: (*Server).createInteractionResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: CreateFollowupMessage, run: (*Server).createFollowupMessage, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: getOriginalResponse, run: (*Server).getResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: EditOriginalResponse, run: (*Server).editResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: DeleteOriginalResponse, run: (*Server).deleteResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: getFollowupMessage, run: (*Server).getResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: editFollowupMessage, run: (*Server).editResponse, noToken: true, noGlobalLimit: true, limit: perHook},
		{name: deleteFollowupMessage, run: (*Server).deleteResponse, noToken: true, noGlobalLimit: true, limit: perHook},
	}
}

// bucket returns the name of the rate limit. It is the same for all channels.
func (t route) bucket() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.name)) // cannot fail
	return strconv.FormatUint(h.Sum64(), 16)
}

const resumePattern = "GET /resume/"

// routes returns the handler of REST and the gateway.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, t := range s.endpoints {
		method, path, _ := strings.Cut(t.name, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, t) })
	}
	mux.HandleFunc("/api/{version}/{path...}", func(w http.ResponseWriter, r *http.Request) {
		missing := route{name: r.Method + " " + r.URL.Path, noToken: true, run: func(*Server, *call) (any, error) { return nil, statusError(http.StatusNotFound) }}
		s.serve(w, r, missing)
	})
	mux.HandleFunc("GET /gateway/", s.serveGateway)
	mux.HandleFunc(resumePattern, s.serveGateway)
	return mux
}
