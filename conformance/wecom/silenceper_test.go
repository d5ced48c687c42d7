package wecom

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/addresslist"
	"github.com/silenceper/wechat/v2/work/config"
	"github.com/silenceper/wechat/v2/work/externalcontact"
	"github.com/silenceper/wechat/v2/work/message"
	"github.com/silenceper/wechat/v2/work/oauth"
)

// sp is silenceper/wechat against one simulator. It uses http.DefaultClient and offers no
// other, so its tests run one after the other.
type sp struct {
	*sim
	*work.Work
}

func (p sp) contact() *externalcontact.Client { return p.GetExternalContact() }

func newWork(secret string) *work.Work {
	return work.NewWork(&config.Config{
		CorpID: corpID, CorpSecret: secret, AgentID: strconv.Itoa(agentID), Cache: cache.NewMemory(), Token: token, EncodingAESKey: aesKey,
	})
}

func TestSilenceper(t *testing.T) {
	before := http.DefaultClient
	t.Cleanup(func() { http.DefaultClient = before })
	made := &calls{}
	t.Run("Calls", func(t *testing.T) {
		for name, run := range map[string]func(*testing.T, sp){
			"Directory": silenceperDirectory, "OAuth": silenceperOAuth, "Media": silenceperMedia, "Messages": silenceperMessages,
			"Customers": silenceperCustomers, "ContactWays": silenceperContactWays, "Tags": silenceperTags, "RuleGroups": silenceperRuleGroups,
			"Welcome": silenceperWelcome, "GroupWelcome": silenceperGroupWelcome, "MassSend": silenceperMassSend, "Moments": silenceperMoments,
			"Groups": silenceperGroups, "JoinWays": silenceperJoinWays, "Transfer": silenceperTransfer, "Resigned": silenceperResigned,
			"Statistics": silenceperStatistics, "Links": silenceperLinks, "Kf": silenceperKf,
		} {
			t.Run(name, func(t *testing.T) {
				s := startSim(t)
				http.DefaultClient = &http.Client{Transport: made.to(s)}
				run(t, sp{s, newWork(secret)})
			})
		}
	})
	t.Run("Coverage", func(t *testing.T) { coverage(t, made, silenceperOutside, "github.com/silenceper/wechat/v2", "work") })
}

func silenceperDirectory(t *testing.T, p sp) {
	book := p.GetAddressList()
	depts, err := book.DepartmentList()
	must(t, "departments", err)
	below, err := book.DepartmentListByID(2)
	must(t, "departments below", err)
	ids, err := book.DepartmentSimpleList(1)
	must(t, "department ids", err)
	equal(t, "numbers of departments", []int{len(depts), len(below), len(ids)}, []int{2, 1, 2})
	d := below[0]
	equal(t, "department", []any{d.ID, d.Name, d.ParentID, d.Order, d.DepartmentLeader}, []any{2, "门店", 1, 5, []string{"li"}})
	one, err := book.DepartmentGet(2)
	must(t, "department", err)
	equal(t, "department by id", one.Name, "门店")
	_, err = book.DepartmentGet(99)
	refused(t, "no such department", err, 60003)

	users, err := book.UserSimpleList(2)
	must(t, "users", err)
	equal(t, "users", []any{len(users), users[0].UserID, users[0].Name, users[0].Department}, []any{3, "li", "李雷", []int{1, 2}})
	li, err := book.UserGet("li")
	must(t, "user", err)
	equal(t, "user", []any{li.UserID, li.Name, li.Alias, li.Position, li.Department, li.IsLeaderInDept, li.Status},
		[]any{"li", "李雷", "Lei", "店长", []int{1, 2}, []int{0, 1}, 1})
	wang, err := book.UserGet("wang")
	must(t, "another user", err)
	equal(t, "leader", wang.DirectLeader, []string{"li"})
	_, err = book.UserGet("nobody")
	refused(t, "unknown user", err, 60111)
	_, err = newWork("wrong").GetAddressList().UserGet("li")
	if err == nil {
		t.Error("a wrong secret is taken")
	}
	// user/list_id is for the secret of the address book, see the next app.
	all, err := newWork(secret + "-directory").GetAddressList().UserListID(&addresslist.UserListIDRequest{Limit: 100})
	must(t, "user ids", err)
	equal(t, "user ids", len(all.DeptUser), 4)
	p.act("revoke_tokens", obj{})
	_, err = book.UserGet("li")
	refused(t, "revoked token", err, 40014)
}

func silenceperOAuth(t *testing.T, p sp) {
	door := p.GetOauth()
	code := func(body obj) string { return p.act("oauth_code", body)["code"].(string) }
	who, err := door.GetUserInfo(code(obj{"userid": "li", "private": true}))
	must(t, "user of a code", err)
	equal(t, "user of a code", who.UserID, "li")
	detail, err := door.GetUserDetail(&oauth.GetUserDetailRequest{UserTicket: who.UserTicket})
	must(t, "details", err)
	equal(t, "details", []any{detail.UserID, detail.Gender, detail.Mobile}, []any{"li", "1", "13800000001"})
	_, err = door.GetUserDetail(&oauth.GetUserDetailRequest{UserTicket: "none"})
	refused(t, "no such ticket", err, 84015)
	customer := p.friend("li", "陈晨")
	who, err = door.GetUserInfo(code(obj{"external_userid": customer}))
	must(t, "customer of a code", err)
	equal(t, "customer of a code", []any{who.ExternalUserID, who.OpenID != "", who.UserID}, []any{customer, true, ""})
	_, err = door.GetUserInfo("none")
	refused(t, "no such code", err, 40029)
	old, err := door.UserFromCode(code(obj{"userid": "wang"}))
	must(t, "user of a code, old call", err)
	equal(t, "user of a code, old call", old.UserID, "wang")
}

func (p sp) write(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, "write "+name, os.WriteFile(path, file(name), 0o600))
	return path
}

func (p sp) media(t *testing.T, name, kind string) string {
	t.Helper()
	up, err := p.GetMaterial().UploadTempFile(p.write(t, name), kind)
	must(t, "upload "+kind, err)
	return up.MediaID
}

func silenceperMedia(t *testing.T, p sp) {
	shelf := p.GetMaterial()
	for name, kind := range map[string]string{"a.png": "image", "a.amr": "voice", "a.mp4": "video", "a.txt": "file"} {
		up, err := shelf.UploadTempFile(p.write(t, name), kind)
		must(t, kind, err)
		if up.Type != kind || up.MediaID == "" {
			t.Errorf("%s: %+v", kind, up)
		}
		at, err := strconv.ParseInt(up.CreateAt, 10, 64)
		must(t, kind, err)
		soon(t, kind, at, p.now())
	}
	for _, use := range []int{1, 2} {
		up, err := shelf.UploadAttachment(p.write(t, "a.png"), "image", use)
		must(t, "attachment", err)
		if up.Type != "image" || up.MediaID == "" {
			t.Errorf("attachment: %+v", up)
		}
		soon(t, "attachment", up.CreateAt, p.now())
	}
	link, err := shelf.UploadImg(p.write(t, "a.png"))
	must(t, "permanent picture", err)
	if _, err := url.ParseRequestURI(link.URL); err != nil {
		t.Error(err)
	}
	_, err = shelf.UploadTempFile(p.write(t, "a.txt"), "image")
	refused(t, "a text as picture", err, 40005)
	_, err = shelf.UploadAttachment(p.write(t, "a.txt"), "file", 1)
	if codeOf(err) == 0 {
		t.Errorf("a file in moments: %v", err)
	}
}

func silenceperMessages(t *testing.T, p sp) {
	to := func(kind string) *message.SendRequestCommon {
		return &message.SendRequestCommon{ToUser: "wang|nobody", MsgType: kind, AgentID: strconv.Itoa(agentID)}
	}
	out := p.GetMessage()
	sent, err := out.SendText(message.SendTextRequest{SendRequestCommon: to("text"), Text: message.TextField{Content: "早会 9 点"}})
	must(t, "text", err)
	equal(t, "text", []any{sent.InvalidUser, sent.MsgID != ""}, []any{"nobody", true})
	_, err = out.SendImage(message.SendImageRequest{SendRequestCommon: to("image"), Image: message.ImageField{MediaID: p.media(t, "a.png", "image")}})
	must(t, "image", err)
	_, err = out.SendVoice(message.SendVoiceRequest{SendRequestCommon: to("voice"), Voice: message.VoiceField{MediaID: p.media(t, "a.amr", "voice")}})
	must(t, "voice", err)
	got := p.read("app_messages", url.Values{"userid": {"wang"}})["list"].([]any)
	if len(got) != 3 || !hasText(got, "早会 9 点") {
		t.Errorf("wang got %v", got)
	}
	nobody := to("text")
	nobody.ToUser = "nobody"
	_, err = out.SendText(message.SendTextRequest{SendRequestCommon: nobody, Text: message.TextField{Content: "x"}})
	refused(t, "nobody", err, 81013)
}
