package bottest

import (
	"time"

	"mabsbot/bot"
)

// handedOver returns the walkthrough of a team's thread with a case that the
// user u asked for.
func handedOver(letter string, number int, status bot.Status) bot.Walkthrough {
	return bot.Walkthrough{
		Thread: threadNamed(letter), Status: status, Asker: bot.User{ID: "u"},
		Handover: &bot.Case{Number: number, Of: threadNamed("D"), Title: letter},
	}
}

func caseByNumber(t *storeTest) {
	want := func(workspace string, number int, letter string) {
		t.Helper()
		w, ok, err := t.Case(t.Context(), "test", workspace, number)
		t.must(err)
		if ok != (letter != "") {
			t.Fatalf("case %d of %s: found %v, want %v", number, workspace, ok, !ok)
		}
		if ok {
			t.equal(w, t.load(threadNamed(letter)))
		}
	}
	want("w", 1, "")
	t.put(handedOver("A", 1, bot.StatusCase))
	t.put(handedOver("B", 2, bot.StatusCase))
	t.put(handedOver("E", 1, bot.StatusCase)) // another workspace has its own numbers
	t.put(bot.Walkthrough{Thread: threadNamed("C"), Case: 3})
	want("w", 1, "A")
	want("w", 2, "B")
	want("e", 1, "E")
	want("w", 3, "") // the thread that a case is about does not have it
	want("w", 0, "")
	t.put(handedOver("A", 1, bot.StatusCaseClosed))
	want("w", 1, "A")
	t.play(`put A1!; claim: A1!; sent A1>C`) // replaces the walkthrough of C
	want("w", 1, "C")
}

func caseConflict(t *storeTest) {
	t.put(handedOver("A", 1, bot.StatusCase))
	turn := bot.Turn{Event: "e", States: []bot.Walkthrough{handedOver("B", 1, bot.StatusCase)}}
	t.wantError(t.Apply(t.Context(), turn), bot.ErrConflict)
	t.equal(t.load(threadNamed("B")).Version, 0)
	t.put(handedOver("A", 1, bot.StatusCaseClosed)) // the same case again
	turn.States[0].Handover.Number = 2
	t.apply(turn)
}

func openCases(t *storeTest) {
	want := func(adapter, workspace string, limit int, titles ...string) {
		t.Helper()
		all, err := t.OpenCases(t.Context(), adapter, workspace, limit)
		t.must(err)
		var got []string
		for _, w := range all {
			t.equal(w, t.load(w.Thread))
			got = append(got, w.Handover.Title)
		}
		t.equal(got, titles)
	}
	want("test", "w", 5)
	for i, letter := range []string{"A", "B", "C", "E", "z"} {
		t.put(handedOver(letter, i+1, bot.StatusCase))
		time.Sleep(time.Second)
	}
	t.put(bot.Walkthrough{Thread: threadNamed("D"), Status: bot.StatusEscalated, Case: 1})
	want("test", "w", 5, "A", "B", "C")
	want("test", "w", 2, "A", "B")
	want("test", "w", 0)
	want("test", "w", -1)
	want("test", "e", 5, "E")
	want("", "", 9, "A", "B", "C", "E", "z")
	t.put(handedOver("B", 2, bot.StatusCaseClosed))
	t.put(handedOver("A", 1, bot.StatusCase)) // a change does not make it younger
	want("test", "w", 5, "A", "C")
	mine, err := t.Walkthroughs(t.Context(), bot.UserKey{Adapter: "test", Workspace: "w", ID: "u"}, 9)
	t.must(err)
	t.equal(len(mine), 0)
}

func caseCount(t *storeTest) {
	want := func(user string, window time.Duration, highest, recent int) {
		t.Helper()
		h, r, err := t.CaseCount(t.Context(), bot.UserKey{Adapter: "test", Workspace: "w", ID: user}, window)
		t.must(err)
		t.equal([]int{h, r}, []int{highest, recent})
	}
	want("u", time.Hour, 0, 0)
	t.put(handedOver("A", 4, bot.StatusCase))
	time.Sleep(40 * time.Minute)
	t.put(handedOver("B", 7, bot.StatusCaseClosed))
	t.put(handedOver("E", 9, bot.StatusCase))
	t.put(bot.Walkthrough{Thread: threadNamed("C"), Asker: bot.User{ID: "u"}, Case: 8})
	want("u", time.Hour, 7, 2)
	want("u", 30*time.Minute, 7, 1)
	want("v", time.Hour, 7, 0)
	time.Sleep(30 * time.Minute)
	t.put(handedOver("A", 4, bot.StatusCaseClosed)) // a change does not count again
	want("u", time.Hour, 7, 1)
}
