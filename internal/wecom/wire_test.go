package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yutang/internal/clock"
)

// exchange makes a call against a canned answer and gives what was sent.
func exchange(t *testing.T, path, answer string, call func(c *Client) error) string {
	t.Helper()
	p := newPlatform(t)
	p.answer(path, always(answer))
	if err := call(p.client(clock.NewManual(noon), nil)); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies[path][0]
}

// sent is calls with the exact body that goes out.
var sent = map[string]struct {
	path, want string
	call       func(c *Client) error
}{
	"contact way": {wayPath, `{"type":2,"scene":2,"skip_verify":false,"state":"s","user":["a","b"],"party":[3]}`, func(c *Client) error {
		_, err := c.AddContactWay(context.Background(), ContactWay{Type: WayMulti, Scene: SceneQR, SkipVerify: Bool(false), State: "s", User: []string{"a", "b"}, Party: []int64{3}})
		return err
	}},
	"change of a contact way": {"/externalcontact/update_contact_way", `{"config_id":"1","user":["a"]}`, func(c *Client) error {
		return c.UpdateContactWay(context.Background(), ContactWay{ConfigID: "1", User: []string{"a"}})
	}},
	"remark": {"/externalcontact/remark", `{"userid":"u","external_userid":"e","remark":"","remark_mobiles":[""]}`, func(c *Client) error {
		return c.Remark(context.Background(), Remark{UserID: "u", ExternalUserID: "e", Remark: Text(""), RemarkMobiles: []string{""}})
	}},
	"tag": {markPath, `{"userid":"u","external_userid":"e","remove_tag":["t"]}`, func(c *Client) error {
		return c.MarkTag(context.Background(), "u", "e", nil, []string{"t"})
	}},
	"all mass messages": {
		"/externalcontact/get_groupmsg_list_v2",
		`{"chat_type":"single","start_time":1772424000,"end_time":1772427600,"filter_type":0,"limit":100}`,
		func(c *Client) error {
			_, err := c.GetGroupMsgListV2(context.Background(), GroupMsgFilter{ChatType: ChatSingle, StartTime: UnixOf(noon), EndTime: UnixOf(noon.Add(time.Hour)), FilterType: Int(0), Limit: 100})
			return err
		},
	},
	"mass message": {
		"/externalcontact/add_msg_template",
		`{"external_userid":["e"],"sender":"u","text":{"content":"hi"},"attachments":[` +
			`{"msgtype":"image","image":{"media_id":"m"}},{"msgtype":"link","link":{"title":"t","picurl":"p","url":"u"}},` +
			`{"msgtype":"miniprogram","miniprogram":{"title":"t","pic_media_id":"m","appid":"a","page":"p"}},` +
			`{"msgtype":"video","video":{"media_id":"v"}},{"msgtype":"file","file":{"media_id":"f"}}]}`,
		func(c *Client) error {
			_, err := c.AddMsgTemplate(context.Background(), MsgTemplate{External: []string{"e"}, Sender: "u", Text: &TextContent{"hi"}, Attachments: []Attachment{
				ImageAttachment("m"), LinkAttachment(LinkContent{Title: "t", PicURL: "p", URL: "u"}),
				MiniProgramAttachment(MiniProgContent{Title: "t", PicMediaID: "m", AppID: "a", Page: "p"}), VideoAttachment("v"), FileAttachment("f"),
			}})
			return err
		},
	},
	"message to staff": {"/message/send", `{"touser":"a|b","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`, func(c *Client) error {
		_, err := c.MessageSend(context.Background(), AppMessage{ToUser: "a|b", MsgType: "text", Text: &TextContent{"x"}})
		return err
	}},
	"end of a kf session": {"/kf/service_state/trans", `{"open_kfid":"k","external_userid":"e","service_state":0}`, func(c *Client) error {
		_, err := c.KfServiceStateTrans(context.Background(), "k", "e", KfNew, "")
		return err
	}},
	"all members": {"/user/list_id", `{"limit":10000}`, func(c *Client) error {
		_, err := c.UserListID(context.Background(), "", 0)
		return err
	}},
}

func TestRequests_HoldOnlyWhatIsSet(t *testing.T) {
	t.Parallel()
	for name, tc := range sent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := exchange(t, tc.path, `{"errcode":0}`, tc.call); got != tc.want {
				t.Errorf("sent\n%s, want\n%s", got, tc.want)
			}
		})
	}
}

func TestAnswers_AreRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	read := func(path, answer string, want any, call func(c *Client) (any, error)) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			exchange(t, path, answer, func(c *Client) error {
				got, err := call(c)
				if d := cmp.Diff(want, got); d != "" {
					t.Error(d)
				}
				return err
			})
		})
	}
	read("/externalcontact/get_contact_way", `{"errcode":0,"contact_way":{"config_id":"1","type":1,"skip_verify":true,"qr_code":"q","user":["a"]}}`,
		ContactWay{ConfigID: "1", Type: 1, SkipVerify: Bool(true), QRCode: "q", User: []string{"a"}},
		func(c *Client) (any, error) { return c.GetContactWay(ctx, "1") })
	read("/externalcontact/list_contact_way", `{"errcode":0,"contact_way":[{"config_id":"1"},{"config_id":"2"}],"next_cursor":"n"}`, []string{"1", "2"},
		func(c *Client) (any, error) {
			ids, next, err := c.ListContactWay(ctx, WayFilter{})
			if next != "n" {
				t.Errorf("next %q", next)
			}
			return ids, err
		})
	read("/externalcontact/get_groupmsg_list_v2", `{"errcode":0,"next_cursor":"n","group_msg_list":[{"msgid":"1","create_time":"1600000000","create_type":0,"text":{"content":"hi"}}]}`,
		GroupMsgPage{List: []GroupMsg{{MsgID: "1", CreateTime: 1600000000, Text: TextContent{"hi"}}}, NextCursor: "n"},
		func(c *Client) (any, error) { return c.GetGroupMsgListV2(ctx, GroupMsgFilter{}) })
	read("/externalcontact/groupchat/get", `{"errcode":0,"group_chat":{"chat_id":"wr","owner":"u","member_version":"v","admin_list":[{"userid":"b"}],"member_list":[{"userid":"wm","type":2,"join_time":1600000000,"join_scene":3,"invitor":{"userid":"u"}}]}}`,
		GroupChat{ChatID: "wr", Owner: "u", MemberVersion: "v", AdminList: []UserRef{{"b"}}, MemberList: []GroupMember{{UserID: "wm", Type: MemberExternal, JoinTime: 1600000000, JoinScene: 3, Invitor: UserRef{"u"}}}},
		func(c *Client) (any, error) { return c.GroupChatGet(ctx, "wr") })
	read("/externalcontact/get_moment_task_result", `{"errcode":0,"status":3,"type":"add_moment_task","result":{"errcode":0,"moment_id":"mom","invalid_sender_list":{"user_list":["x"]}}}`,
		MomentJob{Status: JobDone, Type: "add_moment_task", Result: MomentResult{MomentID: "mom", InvalidSenders: SenderList{UserList: []string{"x"}}}},
		func(c *Client) (any, error) { return c.GetMomentTaskResult(ctx, "j") })
	read("/externalcontact/get_user_behavior_data", `{"errcode":0,"behavior_data":[{"stat_time":1536508800,"chat_cnt":100,"reply_percentage":60.25,"avg_reply_time":1},{"stat_time":1536595200}]}`,
		[]Behavior{{StatTime: 1536508800, ChatCnt: 100, ReplyPercentage: ptr(60.25), AvgReplyTime: ptr(int64(1))}, {StatTime: 1536595200}},
		func(c *Client) (any, error) { return c.GetUserBehaviorData(ctx, BehaviorFilter{}) })
	read("/externalcontact/customer_acquisition_quota", `{"errcode":0,"total":1000,"balance":500}`, AcquisitionQuota{Total: 1000, Balance: 500},
		func(c *Client) (any, error) { return c.AcquisitionQuota(ctx) })
	read("/externalcontact/list", refuse(CodeNoRelation), []string(nil),
		func(c *Client) (any, error) { return c.ExternalContactList(ctx, "u") })
}

func ptr[T any](v T) *T { return &v }

func TestFollow_TagsComeInTwoForms(t *testing.T) {
	t.Parallel()
	var one, batch Follow
	for text, f := range map[string]*Follow{`{"tags":[{"tag_id":"et1","type":1},{"tag_name":"own","type":2}]}`: &one, `{"tag_id":["et1"]}`: &batch} {
		if err := json.Unmarshal([]byte(text), f); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"et1"}, f.TagIDs()); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

func TestKfMsg_KeepsAllOfIt(t *testing.T) {
	t.Parallel()
	const raw = `{"msgid":"1","send_time":1600000000,"origin":3,"msgtype":"text","text":{"content":"hi"}}`
	var m KfMsg
	if err := json.Unmarshal([]byte(raw), &m); err != nil || string(m.Raw) != raw || m.MsgID != "1" || m.Origin != KfFromCustomer {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestUnix_ReadsNumberAndText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Unix{`1600000000`: 1600000000, `"1600000000"`: 1600000000, `""`: 0, `null`: 0, `0`: 0} {
		var u Unix
		if err := json.Unmarshal([]byte(text), &u); err != nil || u != want {
			t.Errorf("%s is %d, %v", text, u, err)
		}
	}
	for _, text := range []string{`"yesterday"`, `{}`, `1.5`, `true`} {
		if err := json.Unmarshal([]byte(text), new(Unix)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
	if !Unix(0).Time().IsZero() || UnixOf(time.Time{}) != 0 || !UnixOf(noon).Time().Equal(noon) {
		t.Error("the zero time does not stay zero")
	}
}

// mediaServer takes an upload and gives the file back.
func mediaServer(t *testing.T) (*httptest.Server, *bytes.Buffer) {
	t.Helper()
	kept := &bytes.Buffer{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cgi-bin/gettoken":
			io.WriteString(w, `{"errcode":0,"access_token":"t","expires_in":7200}`) //nolint:errcheck // a test server
		case "/cgi-bin/media/upload":
			_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
			part, err := multipart.NewReader(r.Body, params["boundary"]).NextPart()
			if err != nil || part.FormName() != "media" || part.FileName() != "图_.png" || r.URL.Query().Get("type") != MediaImage {
				t.Errorf("uploaded %v: %v", part, err)
				return
			}
			io.Copy(kept, part)                                                                         //nolint:errcheck // a test server
			io.WriteString(w, `{"errcode":0,"type":"image","media_id":"m1","created_at":"1600000000"}`) //nolint:errcheck // a test server
		case "/cgi-bin/media/get":
			if r.URL.Query().Get("media_id") != "m1" {
				io.WriteString(w, refuse(CodeBadMedia)) //nolint:errcheck // a test server
				return
			}
			w.Header().Set("Content-Disposition", `attachment; filename="a.png"`)
			w.Header().Set("Content-Type", "image/png")
			w.Write(kept.Bytes()) //nolint:errcheck // a test server
		}
	}))
	t.Cleanup(s.Close)
	return s, kept
}

func TestMedia_GoesUpAndComesBack(t *testing.T) {
	t.Parallel()
	s, _ := mediaServer(t)
	c := New(Config{BaseURL: s.URL, CorpID: "ww1"})
	content := strings.Repeat("content", 5_000)
	m, err := c.UploadMedia(t.Context(), MediaImage, "图\".png", strings.NewReader(content))
	if d := cmp.Diff(Media{Type: "image", MediaID: "m1", CreatedAt: 1600000000}, m); err != nil || d != "" {
		t.Fatal(err, d)
	}
	var back bytes.Buffer
	f, err := c.GetMedia(t.Context(), "m1", &back)
	if d := cmp.Diff(File{Name: "a.png", Type: "image/png", Size: int64(len(content))}, f); err != nil || d != "" || back.String() != content {
		t.Fatal(err, d)
	}
	if _, err := c.GetMedia(t.Context(), "m2", &back); CodeOf(err) != CodeBadMedia {
		t.Errorf("an unknown file: %v", err)
	}
	if _, err := c.UploadMedia(t.Context(), MediaFile, "big", io.LimitReader(zeros{}, maxMedia+1)); !Unsent(err) {
		t.Errorf("a file that is too large: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
