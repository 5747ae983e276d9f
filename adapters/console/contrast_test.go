package console

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowserContrast checks that every text has the contrast to its background
// that WCAG 2.2 asks for at level AA, in the light and in the dark scheme.
func TestBrowserContrast(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t, func(o *Options) {
		o.Library = readEntries(t)
		report := someReport(time.Now())
		o.Operations = &report
	})
	home := serve(t, s)
	top := s.says(t, "alex", SupportChannel, "", "@mabsbot about 319")
	s.says(t, "alex", SupportChannel, top, "every block")
	s.says(t, "alex", SupportChannel, "", "/mabs 319")
	s.says(t, "minji", SupportChannel, "", "chatter")
	b := newBrowser(t)
	for _, scheme := range []string{"light", "dark"} {
		b.media("prefers-color-scheme", scheme)
		for _, path := range []string{
			"/?thread=" + top, "/?why=" + top, "/?side=try", "/?side=search&find=319", "/?in=escalations",
			"/kb", "/kb/policy-change", "/kb/agent-coordinator", "/shadow", "/login",
		} {
			b.do(chromedp.Navigate(home + withUser(path, "alex")))
			if pale := b.value(pale); pale != "" {
				b.shot("pale")
				t.Errorf("%s, %s: %s", scheme, path, pale)
			}
		}
	}
}

// pale lists texts with too little contrast: 4.5 to 1, or 3 to 1 for large ones.
// https://www.w3.org/TR/WCAG22/#contrast-minimum
const pale = `(() => {
	const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const colors = new Map();
	const rgba = (color) => {
		if (!colors.has(color)) {
			pixel.clearRect(0, 0, 1, 1);
			pixel.fillStyle = color;
			pixel.fillRect(0, 0, 1, 1);
			colors.set(color, [...pixel.getImageData(0, 0, 1, 1).data].map((v) => v / 255));
		}
		return colors.get(color);
	};
	const over = (a, b) => a.slice(0, 3).map((v, i) => v * a[3] + b[i] * (1 - a[3])).concat(1);
	const behind = (e) => {
		if (!e) return rgba(matchMedia("(prefers-color-scheme: dark)").matches ? "black" : "white");
		const own = rgba(getComputedStyle(e).backgroundColor);
		return own[3] === 1 ? own : over(own, behind(e.parentElement));
	};
	const light = (c) => c.slice(0, 3).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const wrong = [];
	for (const e of document.querySelectorAll("body *")) {
		const text = [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join("").trim();
		const placeholder = e.placeholder && !e.value;
		if ((!text && !placeholder) || !e.checkVisibility({ opacityProperty: true }) || e.closest(".unseen, .skip, noscript, :disabled, [aria-hidden=true], .silent")) continue;
		const style = getComputedStyle(e, placeholder ? "::placeholder" : null);
		const back = behind(e);
		const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
		const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < (large ? 3 : 4.5)) wrong.push(ratio.toFixed(2) + " " + e.className + ": " + (text || e.placeholder).slice(0, 40));
	}
	return [...new Set(wrong)].join("\n");
})()`
