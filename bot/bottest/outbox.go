package bottest

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"mabsbot/bot"
)

// outboxCases are sentences of the contract of bot.Outbox, each with a script
// for play.
func outboxCases() []struct{ sentence, script string } {
	return []struct{ sentence, script string }{
		{"an empty outbox has no posts", `claim: ; due: none`},
		{"Claim returns posts in the order in which they were applied", `put B1 A1; put C1; claim: B1 A1 C1`},
		{"channels take turns", `put A1 B1 C1; put D1 E1; put F1; claim: A1 D1 E1 B1 C1 F1`},
		{"claimed posts count as turns of their channel", `put A1 B1; claim 1: A1; put C1 D1; claim: D1 B1 C1`},
		{"the recipients of a channel take turns", `put A1@u B1@u C1@u; put F1@v G1@v D1@u; claim: A1 D1 F1 B1 G1 C1`},
		{"urgent posts come first within a turn", `put A1@u B1@v C1@u; put F1*@u G1*@w D1; claim: F1 D1 G1 B1 A1 C1`},
		{"a post that was tried more often comes first within a turn", `put A1@u B1@u C1@v; claim 2: A1 C1; sent A1; retry C1 0s; claim 1: C1#2`},
		{"posts to a resting channel are left out", `put A1 D1 E1; claim 9/9-c: D1 E1; due /9-c: 1m0s; sent D1; sent E1; due /9-c: none; due: 0s; claim: A1`},
		{"a claimed post of a resting channel is due when its lease ends", `put A1; claim: A1; due /9-c: 1m0s`},
		{"a private post does not wait for a resting channel", `put A1 B1~; claim 9/9-c: B1; due /9-c: 1m0s`},
		{"Claim returns at most limit posts", `put A1 B1 C1; claim 2: A1 B1; claim 0: ; claim -1: ; claim 2: C1`},
		{"at most perChannel posts of a channel are claimed at a time", `put A1 B1 C1 D1; claim 9/2: A1 D1 B1; claim 9/2: ; sent B1; claim 9/2: C1; put D2; claim 9/1: `},
		{"a delayed, retried or dropped post does not count toward perChannel", `put A1+1h B1 C1; claim 9/1: B1; retry B1 5s; claim 9/1: C1; drop C1; sleep 5s; claim 9/1: B1#2; sent B1; sleep 1h; claim 9/1: A1`},
		{"a channel with perChannel claimed posts is due when a lease ends", `put A1 B1 D1; claim 9/1: A1 D1; due /1: 1m0s; sleep 20s; due /1: 40s; due /2: 0s; sleep 40s; claim 9/1: A1#2 D1#2; sent A1; due /1: 0s; claim 9/1: B1`},
		{"a channel with fewer than perChannel claimed posts is due", `put A1 B1 C1; claim 9/2: A1 B1; put D1; due /2: 0s; claim 9/2: D1; due /2: 1m0s`},
		{"Claim returns only posts of the adapter", `put A1 z1; due z: 0s; claim z: z1; due z: 1m0s; claim: A1`},
		{"one post of a thread is claimed at a time", `put A1 A2 A3; claim: A1; claim: ; sent A1; claim: A2; claim: ; sent A2; claim: A3`},
		{"threads do not wait for each other", `put A1 A2; claim: A1; put B1; claim: B1; sent B1; sent A1; claim: A2`},
		{"a root names different threads in different channels, workspaces and adapters", `put A1 D1 E1 z1; claim: A1 D1 E1; claim z: z1`},
		{"a retried post precedes later posts of its thread", `put A1 A2; claim: A1; retry A1 5s; claim: ; sleep 5s; claim: A1#2; sent A1; claim: A2`},
		{"a retried post is claimable after the wait", `put A1; claim: A1; retry A1 5s; due: 5s; sleep 4s; due: 1s; claim: ; sleep 1s; due: 0s; claim: A1#2`},
		{"a post retried without a wait is claimable at once", `put A1; claim: A1; retry A1 0s; claim: A1#2`},
		{"a claimed post is not claimable until its lease ends", `put A1 A2; claim: A1; sleep 59s; due: 1s; claim: ; sleep 1s; due: 0s; claim: A1#2; sleep 1m; claim: A1#3; sent A1; claim: A2`},
		{"a dropped post blocks no other", `put A1 A2; claim: A1; drop A1; due: 0s; claim: A2; sleep 1h; claim: A2#2`},
		{"Sent, Retry and Drop do not change a sent post", `put A1 A2<A1; claim: A1; sent A1=r1; retry A1 0s; drop A1; sent A1=r2; claim: A2=r1; sent A2; due: none; claim: `},
		{"a sender whose lease has expired cannot give a post back", `put A1 A2; claim: A1; sleep 1m; claim: A1#2; retry A1#1 0s; claim: ; drop A1#1; claim: ; retry A1#2 0s; claim: A1#3`},
		{"a sender whose lease has expired may have delivered the post", `put A1; claim: A1; sleep 1m; claim: A1#2; sent A1=r1; retry A1#2 0s; due: none`},
		{"a dropped post that was delivered after all is sent", `put A1; claim: A1; drop A1; sent A1=r1; put A2<A1; claim: A2=r1`},
		{"a dropped post cannot be retried", `put A1; claim: A1; drop A1; retry A1 0s; due: none; claim: `},

		{"a due post stays due", `put A1; due: 0s; sleep 1h; due: 0s; claim: A1; sleep 1h; due: 0s`},
		{"a post is not claimable before its Delay ends", `put A1+1h; due: 1h0m0s; claim: ; sleep 59m; due: 1m0s; claim: ; sleep 1m; due: 0s; claim: A1; sent A1; due: none`},
		{"a delayed post blocks no other", `put A1+1h A2; claim: A2; sent A2; sleep 1h; claim: A1; put A3; claim: A3`},
		{"a delayed post waits for no other", `put A1 A2+5s; claim: A1; sleep 5s; claim: A2`},
		{"a delayed post has a lease and attempts", `put A1+1h; sleep 1h; claim: A1; claim: ; sleep 1m; claim: A1#2; retry A1 1s; due: 1s; sleep 1s; claim: A1#3`},
		{"NextDue returns the shortest wait", `put A1+1h B1+2h; due: 1h0m0s; put C1; due: 0s`},
		{"a post cancels a delayed one that it replaces", `put A1+1h; put A2<A1; claim: A2; sent A2; sleep 1h; due: none; claim: `},
		{"a post that cancels a delayed change changes the same message", `put A1; claim: A1; sent A1=r1; put A2+1h<A1; put A3<A2; claim: A3=r1; sent A3=r1; sleep 1h; due: none; claim: `},
		{"a post that cancels a delayed change waits for the message", `put A1 A2+1h<A1; put A3<A2; claim: A1; claim: ; sent A1=r1; claim: A3=r1`},
		{"a delayed change is sent before what replaces it too late", `put A1; claim: A1; sent A1=r1; put A2+1h<A1; sleep 1h; claim: A2=r1; put A3<A2; claim: ; sent A2=r1; claim: A3=r1`},
		{"a post cancels a delayed one that was retried", `put A1+1s; sleep 1s; claim: A1; retry A1 1s; put A2<A1; claim: A2; sleep 1s; claim: `},
		{"a post does not cancel a claimed one", `put A1+1s; sleep 1s; claim: A1; put A2<A1; claim: ; due: 1m0s; sent A1=r1; claim: A2=r1`},
		{"a post does not cancel one without a Delay", `put A1; put A2<A1; claim: A1; sent A1=r1; claim: A2=r1`},

		{"of waiting changes of a delivered post only the last is claimed", `put A1; claim: A1; sent A1=r1; put A2<A1; put A3<A2; put A4<A3; claim: A4=r1; sent A4=r1; due: none; claim: `},
		{"several changes of the same post are one", `put A1; claim: A1; sent A1=r1; put A2<A1; put A3; put A4<A1; claim: A3; sent A3; claim: A4=r1`},
		{"a change does not drop a claimed one", `put A1; claim: A1; sent A1=r1; put A2<A1; claim: A2=r1; put A3<A2; claim: ; sent A2=r1; claim: A3=r1`},
		{"a post that replaces a dropped change has its Ref", `put A1; claim: A1; sent A1=r1; put A2<A1; put A3<A2; claim: A3=r1; sent A3=r1; put A4<A2; claim: A4=r1`},
		{"a delayed change does not take the place of one that waits", `put A1; claim: A1; sent A1=r1; put A2<A1 A3+1h<A2; claim: A2=r1; sent A2=r1; sleep 1h; claim: A3=r1`},
		{"of changes that plan another one each, the last is claimed, and what it plans", `put A1; claim: A1; sent A1=r1; put A2<A1 A3+1h<A2; put A4<A3 A5+1h<A4; claim: A4=r1; sent A4=r1; sleep 1h; claim: A5=r1; sent A5=r1; due: none`},
		{"what a change of an opening post plans moves with it", `put A1! A2+1h<A1; put A3<A2 A4+1h<A3; claim: A1!; sent A1=r1>B; claim: A3=r1>B; sent A3=r1; sleep 1h; claim: A4=r1>B`},
		{"a change of an undelivered post waits for it", `put A1; put A2<A1; put A3<A2; claim: A1; sent A1=r1; claim: A2=r1; sent A2=r1; claim: A3=r1`},

		{"Ref is the platform's ID of the replaced post", `put A1; claim: A1; sent A1=r1; put A2<A1; claim: A2=r1; sent A2=r2; put A3<A2; claim: A3=r2`},
		{"Ref is empty if the replaced post was dropped", `put A1 A2<A1; claim: A1; drop A1; claim: A2`},
		{"Ref is empty if the replaced post is unknown", `put A2<A9; claim: A2`},
		{"a post waits for the one that it replaces, in any thread", `put A1 A2 B1<A2; claim: A1; due: 1m0s; sent A1; claim: A2; claim: ; sent A2=r2; claim: B1=r2`},
		{"a post does not wait for a later one", `put A1<A2 A2; claim: A1; sent A1; claim: A2`},
		{"Ref does not expire", `put A1; claim: A1; sent A1=r1; sleep 10000h; put A2<A1; claim: A2=r1`},

		{"posts of an opened thread move with it", `put A1! A2 A3+1h; claim: A1!; sent A1=r1>B; claim: A2>B; put B1; claim: ; sent A2; claim: B1; sleep 1h; claim: A3>B B1#2`},
		{"one post of an opened thread is claimed at a time", `put A1! A2 B1; claim: A1! B1; sent A1>B; claim: ; due: 1m0s; sent B1; claim: A2>B`},
		{"an opened thread is not opened again", `put A1! A2!; claim: A1!; sent A1>B; claim: A2>B`},
		{"the opened thread may be the provisional one", `put A1! A2!; claim: A1!; sent A1>A; claim: A2`},
		{"a delivery without a thread keeps the provisional one", `put A1! A2!; claim: A1!; sent A1; claim: A2`},
		{"a post without Opens moves nothing", `put A1 A2; claim: A1; sent A1>B; claim: A2`},
		{"Ref survives the opening of a thread", `put A1!; claim: A1!; sent A1=r1>B; put B1<A1; claim: B1=r1`},
		{"a dropped opening post blocks no other", `put A1! A2; claim: A1!; drop A1; claim: A2`},
	}
}

// lease is the lease of every claim in a script.
const lease = time.Minute

// postForm is the short form of a post: the letter of its thread and a number,
// which are its ID; ! if it opens the thread; * if it is urgent; ~ if it is
// private; @recipient; +Delay; <ID of the post that it replaces.
var postForm = regexp.MustCompile(`^([A-Za-z])(\d+)(!?)(\*?)(~?)(?:@(\w+))?(?:\+(\w+))?(?:<(\w+))?$`)

// deliveryForm is the short form of a delivery: the ID of the post; =Ref;
// >letter of the thread.
var deliveryForm = regexp.MustCompile(`^(\w+)(?:=(\w+))?(?:>(\w))?$`)

// play runs a script, whose steps are separated by semicolons:
//
//	put POST…                 apply a turn with the posts
//	about MESSAGE POST…       the same, about a message
//	shadow MESSAGE POST…      the same, with recorded posts
//	erase MESSAGE: …          the message was deleted; compare the threads of its posts
//	shadowed: …               compare the recorded posts, newest first
//	claim [N|N/M|N/M-C|ADAPTER]: …
//	                          claim at most N posts, M per channel and none to the
//	                          resting channel C, and compare;
//	                          a claimed post is its ID, followed by ! if it opens
//	                          its thread, #Attempt unless 1, -Spent unless 0, =Ref,
//	                          >new thread
//	sent POST[=Ref][>THREAD]  record a delivery
//	retry POST[#Attempt] WAIT as its last attempt, or as an earlier one
//	drop POST[#Attempt] [WHY]
//	dead [N]: …               compare N dead letters, each a claimed post, why, and
//	                          how long ago
//	resend POST[: none]
//	discard POST[: none]      none if it must be no dead letter
//	backlog: …                compare the adapter, number of posts, oldest and number
//	                          of dead letters of each backlog
//	prune
//	sleep TIME
//	due [/M|/M-C|ADAPTER]: …  compare NextDue
func (t *storeTest) play(script string) {
	t.Helper()
	for step := range strings.SplitSeq(script, ";") {
		do, want, compare := strings.Cut(strings.TrimSpace(step), ":")
		got := t.step(strings.Fields(do))
		if want = strings.TrimSpace(want); (compare || got == "none") && got != want {
			t.Fatalf("%s: got %q, want %q\nin %s", do, got, want, script)
		}
	}
}

func (t *storeTest) step(words []string) string {
	t.Helper()
	arg := ""
	if len(words) > 1 {
		arg = words[1]
	}
	var err error
	switch words[0] {
	case "put":
		t.apply(bot.Turn{Posts: t.posts(words[1:])})
	case "about", "shadow":
		turn := bot.Turn{About: bot.EventID(arg), Posts: t.posts(words[2:])}
		for i := range turn.Posts {
			turn.Posts[i].Shadow = words[0] == "shadow"
		}
		t.apply(turn)
	case "claim":
		return t.claim(arg)
	case "due":
		return t.due(arg)
	case "sent":
		part := t.parse(deliveryForm, arg)
		d := bot.Delivery{Ref: part[2]}
		if part[3] != "" {
			d.Thread = threadNamed(part[3])
		}
		err = t.Sent(t.Context(), bot.PostID(part[1]), d)
	case "drop":
		id, attempt := t.attempt(arg)
		err = t.Drop(t.Context(), id, attempt, cmp.Or(strings.Join(words[2:], " "), "refused"))
	case "retry":
		id, attempt := t.attempt(arg)
		err = t.Retry(t.Context(), id, attempt, t.duration(words[2]))
	case "sleep":
		time.Sleep(t.duration(arg))
	default:
		return t.deadLetterStep(words[0], arg)
	}
	t.must(err)
	return ""
}

// attempt returns the post and its attempt, by default that of its last claim.
func (t *storeTest) attempt(form string) (bot.PostID, int) {
	t.Helper()
	id, number, ok := strings.Cut(form, "#")
	attempt := t.attempts[bot.PostID(id)]
	if ok {
		t.scan(number, &attempt)
	}
	return bot.PostID(id), attempt
}

func (t *storeTest) posts(forms []string) []bot.Post {
	t.Helper()
	var posts []bot.Post
	for _, form := range forms {
		part := t.parse(postForm, form)
		p := bot.Post{ID: bot.PostID(part[1] + part[2]), Thread: threadNamed(part[1]), Opens: part[3] != "", Urgent: part[4] != "", Private: part[5] != "", Replaces: bot.PostID(part[8])}
		p.To.ID = part[6]
		if part[7] != "" {
			p.Delay = t.duration(part[7])
		}
		posts = append(posts, p)
	}
	return posts
}

func (t *storeTest) claim(arg string) string {
	t.Helper()
	adapter, limit, perChannel := "test", 10, 99
	first, second, bound := strings.Cut(arg, "/")
	second, resting := restingIn(second)
	if bound {
		t.scan(second, &perChannel)
	}
	if _, err := fmt.Sscan(first, &limit); err != nil && arg != "" {
		adapter = arg
	}
	posts, err := t.Claim(t.Context(), adapter, limit, perChannel, lease, resting...)
	t.must(err)
	var forms []string
	for _, p := range posts {
		t.attempts[p.ID] = p.Attempt
		forms = append(forms, claimed(p))
	}
	return strings.Join(forms, " ")
}

// restingIn returns the number of "N-C" and the channel C.
func restingIn(s string) (number string, resting []bot.Channel) {
	number, channel, ok := strings.Cut(s, "-")
	if ok {
		resting = append(resting, bot.Channel{Workspace: "w", ID: channel})
	}
	return number, resting
}

// claimed returns the short form of a claimed post; see play.
func claimed(p bot.Post) string {
	s := string(p.ID)
	if p.Opens {
		s += "!"
	}
	if p.Attempt != 1 {
		s += fmt.Sprintf("#%d", p.Attempt)
	}
	if p.Spent != 0 {
		s += fmt.Sprintf("-%d", p.Spent)
	}
	if p.Ref != "" {
		s += "=" + p.Ref
	}
	if p.Thread != threadNamed(s[:1]) {
		s += ">" + p.Thread.Root
	}
	return s
}

func (t *storeTest) due(adapter string) string {
	t.Helper()
	adapter, bound, ok := strings.Cut(adapter, "/")
	bound, resting := restingIn(bound)
	perChannel := 99
	if ok {
		t.scan(bound, &perChannel)
	}
	wait, ok, err := t.NextDue(t.Context(), cmp.Or(adapter, "test"), perChannel, resting...)
	t.must(err)
	if !ok {
		return "none"
	}
	return wait.String()
}

func (t *storeTest) scan(s string, n *int) {
	t.Helper()
	_, err := fmt.Sscan(s, n)
	t.must(err)
}

func (t *storeTest) parse(form *regexp.Regexp, s string) []string {
	t.Helper()
	part := form.FindStringSubmatch(s)
	if part == nil {
		t.Fatalf("%q does not match %v", s, form)
	}
	return part
}

func (t *storeTest) duration(s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	t.must(err)
	return d
}

func postAsApplied(t *storeTest) {
	var p bot.Post
	fill(reflect.ValueOf(&p).Elem(), new(int))
	p.Thread, p.Delay, p.Shadow = threadNamed("A"), 5*time.Second, false
	t.apply(bot.Turn{Posts: []bot.Post{p}})
	again := p
	again.Private = false
	t.apply(bot.Turn{Posts: []bot.Post{again}}) // not queued, because the ID is known
	time.Sleep(p.Delay)
	posts, err := t.Claim(t.Context(), "test", 10, 99, lease)
	t.must(err)
	p.Ref, p.Attempt, p.Spent = "", 1, 0
	t.equal(posts, []bot.Post{p})
}

func unknownPost(t *storeTest) {
	t.wantError(t.Sent(t.Context(), "A1", bot.Delivery{}), nil)
	t.wantError(t.Retry(t.Context(), "A1", 1, 0), nil)
	t.wantError(t.Drop(t.Context(), "A1", 1, "why"), nil)
}

func concurrentSenders(t *storeTest) {
	const senders, threads = 4, 30
	var posts []bot.Post
	for i := range threads {
		posts = append(posts, bot.Post{ID: bot.PostID(fmt.Sprint(i)), Thread: bot.Thread{Adapter: "test", Root: fmt.Sprint(i)}})
	}
	t.apply(bot.Turn{Posts: posts})
	var mu sync.Mutex
	times := map[bot.PostID]int{}
	concurrently(senders, func(int) {
		for {
			posts, err := t.Claim(t.Context(), "test", 3, 99, lease)
			if err != nil {
				t.Error(err)
			}
			if len(posts) == 0 {
				return
			}
			mu.Lock()
			for _, p := range posts {
				times[p.ID]++
			}
			mu.Unlock()
		}
	})
	t.equal(len(times), threads)
	for id, n := range times {
		if n != 1 {
			t.Errorf("post %s: claimed %d times, want 1", id, n)
		}
	}
}
