package console

import (
	"encoding/base64"
	"fmt"
	"testing"
	"unicode/utf16"

	"github.com/chromedp/chromedp"
	"golang.org/x/text/encoding/korean"
)

// TestBrowserFiles drops, pastes and chooses files. The text of a text file goes
// into the message box; for others the page says what to do instead.
func TestBrowserFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex&thread=" + top))
	euckr, err := korean.EUCKR.NewEncoder().String("내부 서비스 오류")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ how, target, name, data, want, says string }{
		{"drop", "#list-c", "dpm.log", "ID 319\r\n", "ID 319", "The text of dpm.log"},
		{"drop", "#list-t", "utf16.txt", littleEndian("오류 3106"), "오류 3106", "utf16.txt"},
		{"paste", "#say-c", "old.log", euckr, "내부 서비스 오류", "old.log"},
		{"drop", "#list-c", "screen.png", "\x89PNG\r\n\x1a\n\x00\x00", "", "screen.png is not a text file"},
		{"paste", "#say-t", "screen.png", "\x89PNG\r\n\x1a\n\x00\x00", "", "screen.png is not a text file"},
		{"drop", "#list-c", "huge.log", string(make([]byte, maxText+1)), "", "At most 1 MB"},
	}
	for _, c := range cases {
		b.value(`document.getElementById("toast").textContent = ""; for (const box of document.querySelectorAll(".composer textarea")) box.value = ""; ""`)
		b.value(fmt.Sprintf(gives, c.how, c.target, base64.StdEncoding.EncodeToString([]byte(c.data)), c.name))
		b.sees("#toast", c.says)
		box := "#say-c"
		if c.target == "#list-t" || c.target == "#say-t" {
			box = "#say-t"
		}
		b.wait(fmt.Sprintf(`document.querySelector(%q).value === %q`, box, c.want))
	}

	// What was written before stays, and the file begins a new line.
	b.types("#say-c", "look:")
	b.value(fmt.Sprintf(gives, "drop", "#list-c", base64.StdEncoding.EncodeToString([]byte("ID 319")), "a.log"))
	b.wait(`document.getElementById("say-c").value === "look:\nID 319"`)
}

func littleEndian(text string) string {
	data := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		data = append(data, byte(unit), byte(unit>>8))
	}
	return string(data)
}

// gives drops or pastes a file: the event, the element, the content and the
// name.
const gives = `(() => {
	const how = %q, target = document.querySelector(%q);
	const bytes = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));
	const data = new DataTransfer();
	data.items.add(new File([bytes], %q));
	const event = how === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
		: new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
	target.dispatchEvent(event);
	return "";
})()`
