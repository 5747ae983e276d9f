package discordfake

import (
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Routes by the names that a Call and a Fault have for them.
const (
	Gateway          = "GET /gateway"
	GatewayBot       = "GET /gateway/bot"
	GetMe            = "GET /users/@me"
	GetUser          = "GET /users/{user}"
	CreateDM         = "POST /users/@me/channels"
	ListGuilds       = "GET /users/@me/guilds"
	GetApplication   = "GET /applications/@me"
	GetOAuth         = "GET /oauth2/applications/@me"
	GetGuild         = "GET /guilds/{guild}"
	ListChannels     = "GET /guilds/{guild}/channels"
	ListRoles        = "GET /guilds/{guild}/roles"
	ListMembers      = "GET /guilds/{guild}/members"
	GetMember        = "GET /guilds/{guild}/members/{user}"
	ActiveThreads    = "GET /guilds/{guild}/threads/active"
	GetChannel       = "GET /channels/{channel}"
	EditChannel      = "PATCH /channels/{channel}"
	DeleteChannel    = "DELETE /channels/{channel}"
	Typing           = "POST /channels/{channel}/typing"
	ListMessages     = "GET /channels/{channel}/messages"
	CreateMessage    = "POST /channels/{channel}/messages"
	GetMessage       = "GET /channels/{channel}/messages/{message}"
	EditMessage      = "PATCH /channels/{channel}/messages/{message}"
	DeleteMessage    = "DELETE /channels/{channel}/messages/{message}"
	AddReaction      = "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
	RemoveReaction   = "DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
	ThreadOfMessage  = "POST /channels/{channel}/messages/{message}/threads"
	StartThread      = "POST /channels/{channel}/threads"
	ListThreadMember = "GET /channels/{channel}/thread-members"
	JoinThread       = "PUT /channels/{channel}/thread-members/@me"
	LeaveThread      = "DELETE /channels/{channel}/thread-members/@me"
	AddToThread      = "PUT /channels/{channel}/thread-members/{user}"

	ListCommands       = "GET /applications/{application}/commands"
	CreateCommand      = "POST /applications/{application}/commands"
	PutCommands        = "PUT /applications/{application}/commands"
	GetCommand         = "GET /applications/{application}/commands/{command}"
	EditCommand        = "PATCH /applications/{application}/commands/{command}"
	DeleteCommand      = "DELETE /applications/{application}/commands/{command}"
	ListGuildCommands  = "GET /applications/{application}/guilds/{guild}/commands"
	CreateGuildCommand = "POST /applications/{application}/guilds/{guild}/commands"
	PutGuildCommands   = "PUT /applications/{application}/guilds/{guild}/commands"
	GetGuildCommand    = "GET /applications/{application}/guilds/{guild}/commands/{command}"
	EditGuildCommand   = "PATCH /applications/{application}/guilds/{guild}/commands/{command}"
	DeleteGuildCommand = "DELETE /applications/{application}/guilds/{guild}/commands/{command}"

	Callback       = "POST /interactions/{interaction}/{token}/callback"
	FollowUp       = "POST /webhooks/{application}/{token}"
	GetOriginal    = "GET /webhooks/{application}/{token}/messages/@original"
	EditOriginal   = "PATCH /webhooks/{application}/{token}/messages/@original"
	DeleteOriginal = "DELETE /webhooks/{application}/{token}/messages/@original"
	GetFollowUp    = "GET /webhooks/{application}/{token}/messages/{message}"
	EditFollowUp   = "PATCH /webhooks/{application}/{token}/messages/{message}"
	DeleteFollowUp = "DELETE /webhooks/{application}/{token}/messages/{message}"

	FileRoute = "GET /attachments" // of the host of files
)

// A route is one of REST. It runs with s.mu held.
type route struct {
	name        string
	run         func(s *Server, c *call) (any, error) // an answer of nil is 204
	status      int                                   // of an answer; 0 is 200
	limit       limit                                 // 0 is that of all routes
	open        bool                                  // it wants no token of the bot
	interaction bool                                  // the global limit does not hold
}

// table are the routes that the fake has. Their limits are as they are seen.
func table() []route {
	perMessage, perDelete, perHook := limit{5, 5 * time.Second}, limit{5, time.Second}, limit{5, 2 * time.Second}
	return []route{
		{name: Gateway, run: (*Server).gateway, open: true},
		{name: GatewayBot, run: (*Server).gatewayBot},
		{name: GetMe, run: (*Server).getMe},
		{name: GetUser, run: (*Server).getUser},
		{name: CreateDM, run: (*Server).createDM},
		{name: ListGuilds, run: (*Server).listGuilds},
		{name: GetApplication, run: (*Server).getApplication},
		{name: GetOAuth, run: (*Server).getApplication},
		{name: GetGuild, run: (*Server).getGuild},
		{name: ListChannels, run: (*Server).listChannels},
		{name: ListRoles, run: (*Server).listRoles},
		{name: ListMembers, run: (*Server).listMembers},
		{name: GetMember, run: (*Server).getMember},
		{name: ActiveThreads, run: (*Server).activeThreads},
		{name: GetChannel, run: (*Server).getChannel},
		{name: EditChannel, run: (*Server).editChannel},
		{name: DeleteChannel, run: (*Server).deleteChannel},
		{name: Typing, run: (*Server).typing},
		{name: ListMessages, run: (*Server).listMessages},
		{name: CreateMessage, run: (*Server).createMessage, limit: perMessage},
		{name: GetMessage, run: (*Server).getMessage},
		{name: EditMessage, run: (*Server).editMessage, limit: perMessage},
		{name: DeleteMessage, run: (*Server).deleteMessage, limit: perDelete},
		{name: AddReaction, run: (*Server).addReaction},
		{name: RemoveReaction, run: (*Server).removeReaction},
		{name: ThreadOfMessage, run: (*Server).threadOfMessage, status: http.StatusCreated},
		{name: StartThread, run: (*Server).startThread, status: http.StatusCreated},
		{name: ListThreadMember, run: (*Server).listThreadMembers},
		{name: JoinThread, run: (*Server).joinThread},
		{name: LeaveThread, run: (*Server).leaveThread},
		{name: AddToThread, run: (*Server).addToThread},

		{name: ListCommands, run: (*Server).listCommands},
		{name: CreateCommand, run: (*Server).createCommand},
		{name: PutCommands, run: (*Server).putCommands},
		{name: GetCommand, run: (*Server).getCommand},
		{name: EditCommand, run: (*Server).editCommand},
		{name: DeleteCommand, run: (*Server).deleteCommand},
		{name: ListGuildCommands, run: (*Server).listCommands},
		{name: CreateGuildCommand, run: (*Server).createCommand},
		{name: PutGuildCommands, run: (*Server).putCommands},
		{name: GetGuildCommand, run: (*Server).getCommand},
		{name: EditGuildCommand, run: (*Server).editCommand},
		{name: DeleteGuildCommand, run: (*Server).deleteCommand},

		{name: Callback, run: (*Server).callback, open: true, interaction: true, limit: perHook},
		{name: FollowUp, run: (*Server).followUp, open: true, interaction: true, limit: perHook},
		{name: GetOriginal, run: (*Server).getAnswer, open: true, interaction: true, limit: perHook},
		{name: EditOriginal, run: (*Server).editAnswer, open: true, interaction: true, limit: perHook},
		{name: DeleteOriginal, run: (*Server).deleteAnswer, open: true, interaction: true, limit: perHook},
		{name: GetFollowUp, run: (*Server).getAnswer, open: true, interaction: true, limit: perHook},
		{name: EditFollowUp, run: (*Server).editAnswer, open: true, interaction: true, limit: perHook},
		{name: DeleteFollowUp, run: (*Server).deleteAnswer, open: true, interaction: true, limit: perHook},
	}
}

// bucket names the limit, the same for all channels.
func (t route) bucket() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.name)) // it never fails
	return strconv.FormatUint(h.Sum64(), 16)
}

const resumePattern = "GET /resume/"

// routes are all that the server answers.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, t := range s.table {
		method, path, _ := strings.Cut(t.name, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, t) })
	}
	mux.HandleFunc("/api/{version}/{path...}", func(w http.ResponseWriter, r *http.Request) {
		missing := route{name: r.Method + " " + r.URL.Path, open: true, run: func(*Server, *call) (any, error) { return nil, bare(http.StatusNotFound) }}
		s.serve(w, r, missing)
	})
	mux.HandleFunc("GET /gateway/", s.serveGateway)
	mux.HandleFunc(resumePattern, s.serveGateway)
	return mux
}
