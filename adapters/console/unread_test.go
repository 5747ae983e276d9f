package console

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserUnread checks the numbers at places with new messages, and the line
// above the first new one.
func TestBrowserUnread(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	s.says(t, "minji", SupportChannel, "", "old news")
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.sees("#list-c", "old news")
	b.gone(".new")
	b.click("#rail [data-place='dm:alex']")
	b.at("channel", "dm:alex")
	s.says(t, "minji", SupportChannel, "", "first news")
	s.says(t, "alex", SupportChannel, "", "my own, from another window")
	s.says(t, "minji", SupportChannel, "", "second news")
	b.sees("#rail [data-place="+SupportChannel+"] .badge", "2")
	b.wait(`document.title.startsWith("(2) ")`)
	b.shot("31-unread")

	b.click("#rail [data-place=" + SupportChannel + "]")
	b.at("channel", SupportChannel)
	b.wait(`document.querySelector(".new")?.nextElementSibling.innerText.includes("first news")`)
	b.wait(`document.querySelector("#rail [data-place=` + SupportChannel + `] .badge").hidden`)
	b.wait(`!document.title.startsWith("(")`)
	b.shot("32-new")

	// What arrives before one's eyes is not new, and the line goes with the visit.
	s.says(t, "minji", SupportChannel, "", "third news")
	b.sees("#list-c", "third news")
	b.wait(`document.querySelectorAll(".new").length === 1`)
	b.click("#rail [data-place=escalations]")
	b.at("channel", "escalations")
	b.click("#rail [data-place=" + SupportChannel + "]")
	b.at("channel", SupportChannel)
	b.gone(".new")

	// A thread has its own number.
	top := s.says(t, "alex", SupportChannel, "", "who knows?")
	s.says(t, "minji", SupportChannel, top, "I do")
	b.sees("#c-"+top+" .badge", "1")
	b.click("#c-" + top + " .replies")
	b.at("side", "thread")
	b.wait(`document.querySelector("#c-` + top + ` .badge").hidden`)

	// Starting over makes nothing new.
	b.click("[data-reset]")
	b.click("#confirm .danger")
	b.wait(`document.querySelectorAll("#list-c .msg").length === 0`)
	b.click("#rail [data-place='dm:alex']")
	b.at("channel", "dm:alex")
	s.says(t, "minji", SupportChannel, "", "after it")
	b.sees("#rail [data-place="+SupportChannel+"] .badge", "1")
}

// TestBrowserDays checks the lines between days, and the way to the newest
// message.
func TestBrowserDays(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	now := time.Now()
	noon := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, time.Local)
	for i, ago := range []int{400, 1, 1, 0} {
		s.said(t, noon.AddDate(0, 0, -ago), i)
	}
	home := serve(t, s)
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.wait(`document.querySelectorAll("#list-c .day").length === 3`)
	b.wait(`[...document.querySelectorAll(".day")].slice(1).map((d) => d.textContent).join() === "yesterday,today"`)
	b.wait(`/\d{4}/.test(document.querySelector(".day").textContent)`) // the year, of another year
	b.wait(`document.querySelectorAll(".day")[1].nextElementSibling.innerText.includes("number 1")`)
	s.says(t, "minji", SupportChannel, "", "one more today")
	b.sees("#list-c", "one more today")
	b.wait(`document.querySelectorAll("#list-c .day").length === 3`)
	b.do(chromedp.Navigate(home + "/?as=minji"))
	b.wait(`[...document.querySelectorAll(".day")].slice(1).map((d) => d.textContent).join() === "어제,오늘"`)

	// Far above the newest message there is a way to it.
	for i := range 40 {
		s.said(t, noon, 10+i)
	}
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.wait(`document.querySelector("#channel [data-newest]").hidden`)
	b.value(`document.getElementById("list-c").scrollTop = 0; ""`)
	b.wait(`!document.querySelector("#channel [data-newest]").hidden`)
	b.shot("33-newest")
	s.says(t, "minji", SupportChannel, "", "the newest")
	b.sees("#list-c", "the newest")
	b.wait(`document.getElementById("list-c").scrollTop === 0`) // a new message does not move who reads
	b.click("#channel [data-newest]")
	b.wait(`document.querySelector("#channel [data-newest]").hidden`)
	b.wait(`document.querySelector("#list-c .msg:last-child").getBoundingClientRect().bottom < innerHeight`)

	// One's own message is always shown.
	b.value(`document.getElementById("list-c").scrollTop = 0; ""`)
	b.sends("#say-c", "my own")
	b.sees("#list-c .msg:last-child", "my own")
	b.wait(`document.querySelector("#list-c .msg:last-child").getBoundingClientRect().bottom < innerHeight`)
}

// said adds a message of minji's with a number, as of another time.
func (s stage) said(t *testing.T, at time.Time, number int) {
	t.Helper()
	r := record{Op: opSaid, At: at, ID: fmt.Sprintf("mnumber%d", number), User: "minji", Channel: SupportChannel, Text: fmt.Sprintf("number %d", number)}
	s.update(func(w *workspace) {
		w.said(r)
		w.byID[r.ID].Taken = 1
	})
}
