package wecomsim

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// page fetches something of the phones page.
func (b *bench) page(path string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	b.must(err)
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	text, err := io.ReadAll(res.Body)
	b.must(err)
	b.must(res.Body.Close())
	return res, string(text)
}

// asset finds what a page loads: scripts, styles, pictures and imported modules.
var asset = regexp.MustCompile(`(?:src|href)="([^"]+)"|from '\./([^']+)'`)

// The page loads nothing but its own files, and needs no inline script or style.
func TestPhones_ThePageLoadsOnlyItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	res, text := b.page("/sim/")
	policy := res.Header.Get("Content-Security-Policy")
	if res.StatusCode != 200 || !strings.Contains(policy, "script-src 'self'") || strings.Contains(policy, "unsafe") {
		t.Fatalf("%d, policy %q", res.StatusCode, policy)
	}
	if strings.Contains(text, "<style") || strings.Contains(text, "style=") || strings.Contains(text, "<script>") {
		t.Error("the page has inline script or style")
	}
	seen := 0
	err := fs.WalkDir(files, "phones", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		for _, m := range asset.FindAllStringSubmatch(string(body), -1) {
			path := m[1]
			if m[2] != "" {
				path = "/sim/phones/" + m[2]
			}
			if res, _ := b.page(path); res.StatusCode != 200 || !strings.HasPrefix(path, "/sim/phones/") {
				t.Errorf("%s loads %s: %d", name, path, res.StatusCode)
			}
			seen++
		}
		if strings.Contains(string(body), "innerHTML") {
			t.Errorf("%s writes markup", name)
		}
		return err
	})
	if err != nil || seen < 15 {
		t.Errorf("%d files are loaded: %v", seen, err)
	}
}

func TestPhones_ShowBothEndsOfAChat(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	who := b.AddCustomer(NewCustomer{Name: "小满"})
	_, err := b.Add("wang", who, 0)
	b.must(err)
	b.clock.Advance(time.Second)
	b.must(b.SendText(who, "wang", "在吗"))
	b.must(b.SendText(who, "wang", "还有货吗"))
	b.ok(b.call("/externalcontact/add_msg_template", map[string]any{"sender": "wang", "text": map[string]string{"content": "会员日"}}))
	phone := func(who string) gjson.Result { return b.sim("phone?who="+who, "", 200) }
	staff := phone("wang")
	if chat := staff.Get("chats.0"); chat.Get("unread").Int() != 2 || chat.Get("name").Str != "小满" || chat.Get("last").Str != "还有货吗" || staff.Get("mass.#").Int() != 1 {
		t.Fatalf("the member's phone: %s", staff.Raw)
	}
	b.sim("seen", `{"who":"wang","peer":"`+who+`"}`, 200)
	if n := phone("wang").Get("chats.0.unread").Int(); n != 0 {
		t.Errorf("%d unread after reading", n)
	}
	b.clock.Advance(5 * time.Second)
	_, err = b.ConfirmMassSend("wang", b.MassTasks("wang")[0].MsgID)
	b.must(err)
	if chat := phone(who).Get("chats.0"); chat.Get("last").Str != "会员日" || chat.Get("unread").Int() != 1 || chat.Get("kind").Str != "staff" {
		t.Errorf("the customer's phone: %s", chat.Raw)
	}
	if got := b.sim("talk?userid=wang&external_userid="+who, "", 200); got.Get("#").Int() != 3 || got.Get("2.kind").Str != "mass" {
		t.Errorf("the talk: %s", got.Raw)
	}
	if n := b.sim("phone?who=wang&q=nobody", "", 200).Get("total").Int(); n != 0 {
		t.Errorf("%d conversations with nobody", n)
	}
	if list := b.sim("people?kind=customer&q=%E5%B0%8F%E6%BB%A1", "", 200); list.Get("#").Int() != 1 || list.Get("0.id").Str != who {
		t.Errorf("found %s", list.Raw)
	}
	b.sim("phone?who=ghost", "", 404)
	b.sim("seen", `{"who":"ghost"}`, 404)
	before := b.sim("pulse", "", 200).Get("seq").Int()
	b.must(b.SendText("wang", who, "有的"))
	if after := b.sim("pulse", "", 200).Get("seq").Int(); after <= before {
		t.Error("the pulse does not tell of a message")
	}
}

func TestPhones_ShowPicturesWhileThePlatformKeepsThem(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	var data bytes.Buffer
	b.must(png.Encode(&data, image.NewGray(image.Rect(0, 0, 2, 2))))
	b.mu.Lock()
	m := b.keepMedia(mediaPlain, "image", &upload{name: "a.png", data: data.Bytes()})
	b.mu.Unlock()
	if res, text := b.page("/sim/media/" + m.id); res.Header.Get("Content-Type") != "image/png" || text != data.String() {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	b.must(b.Advance(4 * day))
	if res, _ := b.page("/sim/media/" + m.id); res.StatusCode != 404 {
		t.Errorf("after four days: %d", res.StatusCode)
	}
}
