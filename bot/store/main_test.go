package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"mabsbot/bot"
)

// Tests that need a second process run this test binary again with these
// variables.
const (
	childMode = "MABSBOT_STORE_TEST_CHILD" // "endless", "shared", "save", "rotate", "rotate PostgreSQL", "rotate PostgreSQL back" or "restore"
	childFile = "MABSBOT_STORE_TEST_FILE"  // the path or URL of the database
)

func TestMain(m *testing.M) {
	mode := os.Getenv(childMode)
	if mode == "" {
		os.Exit(m.Run())
	}
	if err := runChild(context.Background(), mode, os.Getenv(childFile)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(ctx context.Context, mode, path string) error {
	switch mode {
	case "rotate":
		_, err := RotateKeyFile(ctx, path+".key", path)
		return err
	case "rotate PostgreSQL":
		_, err := RotatePostgres(ctx, path, testKey, newKey)
		return err
	case "rotate PostgreSQL back":
		_, err := RotatePostgres(ctx, path, newKey, testKey)
		return err
	case "restore":
		return Restore(ctx, path, path+".backup", testKey)
	}
	s, err := Open(ctx, path, testKey)
	if err != nil {
		return err
	}
	return map[string]func(*SQL) error{"endless": applyEndlessly, "shared": applyShared, "save": saveAndWait}[mode](s)
}

// thread returns the i-th thread.
func thread(i int) bot.Thread {
	return bot.Thread{Adapter: "test", Workspace: "w", Channel: "c", Root: fmt.Sprint(i)}
}

func event(i int) bot.EventID { return bot.EventID(fmt.Sprintf("event %d", i)) }

// fullTurn writes to every table: two states, three posts and a preference.
func fullTurn(i int) bot.Turn {
	other := thread(i)
	other.Channel = "d"
	turn := bot.Turn{
		Event:  event(i),
		States: []bot.Walkthrough{{Thread: thread(i), Text: "text"}, {Thread: other, Text: "text"}},
		Prefer: &bot.Preference{User: user(i), Lang: "ko"},
	}
	for j := range 3 {
		turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprintf("post %d of %d", j, i)), Thread: bot.Thread{Adapter: "test", Root: fmt.Sprint(i, j)}})
	}
	return turn
}

func user(i int) bot.UserKey { return bot.UserKey{Adapter: "test", ID: fmt.Sprint(i)} }

// applyEndlessly applies one turn after another until it is killed, skips those
// that are stored, and prints the number of each.
func applyEndlessly(s *SQL) error {
	for i := 0; ; i++ {
		err := s.Apply(context.Background(), fullTurn(i))
		if errors.Is(err, bot.ErrDuplicate) {
			continue
		}
		if err == nil {
			err = s.Journal("test").Append(context.Background(), fmt.Append(nil, i))
		}
		if err != nil {
			return err
		}
		fmt.Println(i)
	}
}

// sharedEvents is how many events the processes of TestTwoProcesses compete
// for.
const sharedEvents = 100

// applyShared applies events in competition with another process and prints how
// many it applied.
func applyShared(s *SQL) error {
	won := 0
	for i := range sharedEvents {
		ok, err := applyNext(context.Background(), s, event(i))
		if err != nil {
			return err
		}
		if ok {
			won++
		}
	}
	fmt.Println(won)
	return nil
}

// applyNext handles an event as the bot does: it loads, decides and applies,
// and repeats that after each conflict. It reports false for a duplicate.
func applyNext(ctx context.Context, s bot.Store, event bot.EventID) (bool, error) {
	for {
		w, _, err := s.Load(ctx, thread(0), bot.UserKey{})
		if err != nil {
			return false, err
		}
		w.Also = append(w.Also, string(event))
		err = s.Apply(ctx, bot.Turn{Event: event, States: []bot.Walkthrough{w}})
		switch {
		case errors.Is(err, bot.ErrConflict):
			continue
		case errors.Is(err, bot.ErrDuplicate):
			return false, nil
		}
		return err == nil, err
	}
}
