package wecom

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xen0n/go-workwx"
)

// wx is xen0n/go-workwx against one simulator.
type wx struct {
	*sim
	*workwx.WorkwxApp
	archive *workwx.WorkwxApp
}

func TestWorkwx(t *testing.T) {
	made := &calls{}
	t.Run("Calls", func(t *testing.T) {
		for name, run := range map[string]func(*testing.T, wx){
			"Tokens": workwxTokens, "Directory": workwxDirectory, "OAuth": workwxOAuth, "Media": workwxMedia, "Messages": workwxMessages,
			"Customers": workwxCustomers, "ContactWays": workwxContactWays, "Tags": workwxTags, "Welcome": workwxWelcome,
			"MassSend": workwxMassSend, "Groups": workwxGroups, "Transfer": workwxTransfer, "Resigned": workwxResigned,
			"Kf": workwxKf, "Archive": workwxArchive,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := startSim(t)
				client := workwx.New(corpID, workwx.WithHTTPClient(&http.Client{Transport: made.to(s)}))
				run(t, wx{s, client.WithApp(secret, agentID), client.WithApp(secret+"-archive", 0)})
			})
		}
	})
	t.Run("Coverage", func(t *testing.T) { coverage(t, made, workwxOutside, "github.com/xen0n/go-workwx", ".") })
}

func workwxTokens(t *testing.T, w wx) {
	_, err := w.Workwx.WithApp("wrong", agentID).GetUser("li")
	refused(t, "wrong secret", err, 40001)
	ticket, err := w.GetJSAPITicket()
	must(t, "corp ticket", err)
	app, err := w.GetJSAPITicketAgentConfig()
	must(t, "app ticket", err)
	if ticket == "" || app == "" || ticket == app {
		t.Errorf("tickets %q and %q", ticket, app)
	}
	w.act("revoke_tokens", obj{})
	_, err = w.GetUser("li")
	refused(t, "revoked token", err, 40014)
}

func workwxDirectory(t *testing.T, w wx) {
	depts, err := w.ListAllDepts()
	must(t, "departments", err)
	equal(t, "department", depts[len(depts)-1], &workwx.DeptInfo{ID: 2, Name: "门店", ParentID: 1, Order: 5})
	below, err := w.ListDepts(2)
	must(t, "departments below", err)
	ids, err := w.SimpleListAllDepts()
	must(t, "department ids", err)
	one, err := w.SimpleListDepts(2)
	must(t, "department ids below", err)
	equal(t, "numbers of departments", []int{len(depts), len(below), len(ids), len(one)}, []int{2, 1, 2, 1})
	equal(t, "department id", one[0], &workwx.DeptInfo{ID: 2, ParentID: 1, Order: 5})

	li, err := w.GetUser("li")
	must(t, "user", err)
	equal(t, "user", []any{li.UserID, li.Name, li.Alias, li.Position, li.Status}, []any{"li", "李雷", "Lei", "店长", workwx.UserStatusActivated})
	var at, leads []int64
	for _, d := range li.Departments {
		at = append(at, d.DeptID)
		if d.IsLeader {
			leads = append(leads, d.DeptID)
		}
	}
	equal(t, "departments of the user", [][]int64{at, leads}, [][]int64{{1, 2}, {2}})
	_, err = w.GetUser("nobody")
	refused(t, "unknown user", err, 60111)

	list, err := w.ListUsersByDeptID(2, false)
	must(t, "users", err)
	all, err := w.ListUsersByDeptID(1, true)
	must(t, "users below", err)
	equal(t, "numbers of users", []int{len(list), len(all)}, []int{3, 3})
	id, err := w.GetUserIDByMobile("13800000001")
	must(t, "user by mobile", err)
	equal(t, "user by mobile", id, "li")
	_, err = w.GetUserIDByMobile("13900000000")
	refused(t, "unknown mobile", err, 46004)
}

func workwxOAuth(t *testing.T, w wx) {
	code := func(body obj) string { return w.act("oauth_code", body)["code"].(string) }
	staff := code(obj{"userid": "li", "private": true})
	who, err := w.AuthCode2UserInfo(staff)
	must(t, "user of a code", err)
	if who.UserID != "li" || who.UserTicket == "" {
		t.Errorf("user of a code: %+v", who)
	}
	_, err = w.AuthCode2UserInfo(staff)
	refused(t, "used code", err, 40029)
	customer := w.friend("li", "陈晨")
	who, err = w.AuthCode2UserInfo(code(obj{"external_userid": customer}))
	must(t, "customer of a code", err)
	if who.ExternalUserID != customer || who.OpenID == "" || who.UserID != "" {
		t.Errorf("customer of a code: %+v", who)
	}
	old, err := w.GetUserInfoByCode(code(obj{"userid": "wang"}))
	must(t, "user of a code, old call", err)
	equal(t, "user of a code, old call", old.UserID, "wang")
	session, err := w.JSCode2Session(code(obj{"userid": "wang"}))
	must(t, "session of a mini-program", err)
	if session.UserID != "wang" || session.CorpID != corpID || session.SessionKey == "" {
		t.Errorf("session: %+v", session)
	}
}

func workwxMedia(t *testing.T, w wx) {
	for kind, upload := range map[string]func(*workwx.Media) (*workwx.MediaUploadResult, error){
		"image": w.UploadTempImageMedia, "voice": w.UploadTempVoiceMedia, "video": w.UploadTempVideoMedia, "file": w.UploadTempFileMedia,
	} {
		name := map[string]string{"image": "a.png", "voice": "a.amr", "video": "a.mp4", "file": "a.txt"}[kind]
		m, err := workwx.NewMediaFromBuffer(name, file(name))
		must(t, kind, err)
		up, err := upload(m)
		must(t, kind, err)
		if up.Type != kind || up.MediaID == "" {
			t.Errorf("%s: %+v", kind, up)
		}
		soon(t, kind, up.CreatedAt.Unix(), w.now())
	}
	m, err := workwx.NewMediaFromBuffer("a.png", picture())
	must(t, "picture", err)
	link, err := w.UploadPermanentImageMedia(m)
	must(t, "permanent picture", err)
	if _, err := url.ParseRequestURI(link); err != nil {
		t.Error(err)
	}
	tiny, err := workwx.NewMediaFromBuffer("a.png", []byte("tiny"))
	must(t, "tiny", err)
	_, err = w.UploadTempImageMedia(tiny)
	refused(t, "a picture of four bytes", err, 40006)
}

func (w wx) image(t *testing.T) string {
	t.Helper()
	m, err := workwx.NewMediaFromBuffer("a.png", picture())
	must(t, "picture", err)
	up, err := w.UploadTempImageMedia(m)
	must(t, "upload", err)
	return up.MediaID
}

func workwxMessages(t *testing.T, w wx) {
	media := w.image(t)
	to := &workwx.Recipient{UserIDs: []string{"li", "wang"}}
	card := workwx.TemplateCard{
		CardType: workwx.CardTypeTextNotice, MainTitle: &workwx.MainTitle{Title: "任务", Desc: "回访"},
		CardAction: &workwx.CardAction{Type: 1, URL: "https://example.com/t"},
	}
	for kind, err := range map[string]error{
		"text":          w.SendTextMessage(to, "早会 9 点", false),
		"image":         w.SendImageMessage(to, media, false),
		"file":          w.SendFileMessage(to, w.otherMedia(t, w.UploadTempFileMedia, "a.txt"), false),
		"voice":         w.SendVoiceMessage(to, w.otherMedia(t, w.UploadTempVoiceMedia, "a.amr"), false),
		"video":         w.SendVideoMessage(to, w.otherMedia(t, w.UploadTempVideoMedia, "a.mp4"), "介绍", "新品", false),
		"textcard":      w.SendTextCardMessage(to, "任务", "今天要做的", "https://example.com", "看", false),
		"news":          w.SendNewsMessage(to, []workwx.Article{{Title: "上新", Description: "春茶", URL: "https://example.com", PicURL: "https://example.com/a.png"}}, false),
		"mpnews":        w.SendMPNewsMessage(to, []workwx.MPArticle{{Title: "上新", ThumbMediaID: media, Content: "<b>春茶</b>"}}, false),
		"markdown":      w.SendMarkdownMessage(to, "**早会**", false),
		"template_card": w.SendTemplateCardMessage(to, card, false),
	} {
		must(t, kind, err)
	}
	got := w.read("app_messages", url.Values{"userid": {"wang"}})["list"].([]any)
	if len(got) != 10 {
		t.Errorf("wang got %d messages", len(got))
	}
	if all := strings.Join(kinds(got), " "); !strings.Contains(all, "markdown") || !strings.Contains(all, "template_card") {
		t.Errorf("wang got %s", all)
	}
	refused(t, "nobody", w.SendTextMessage(&workwx.Recipient{UserIDs: []string{"nobody"}}, "x", false), 81013)
	refused(t, "lost media", w.SendImageMessage(to, "lost", false), 40007)
	refused(t, "another app", w.Workwx.WithApp(secret, 7).SendTextMessage(to, "x", false), 301002)
}

func (w wx) otherMedia(t *testing.T, upload func(*workwx.Media) (*workwx.MediaUploadResult, error), name string) string {
	t.Helper()
	m, err := workwx.NewMediaFromBuffer(name, file(name))
	must(t, name, err)
	up, err := upload(m)
	must(t, name, err)
	return up.MediaID
}

func kinds(messages []any) []string {
	var out []string
	for _, m := range messages {
		kind, _ := m.(obj)["msgtype"].(string)
		out = append(out, kind)
	}
	return out
}
