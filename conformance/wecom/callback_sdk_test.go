package wecom

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work/kf"
	"github.com/xen0n/go-workwx"
)

// life makes every kind of callback happen and gives the customer and the group concerned.
func life(s *sim) (who, chat string) {
	who = s.customer("陈晨")
	s.act("add", obj{"userid": "li", "external_userid": who})
	half := s.customer("林琳")
	s.act("request", obj{"userid": "li", "external_userid": half})
	s.act("confirm", obj{"userid": "li", "external_userid": half})
	s.act("edit_remark", obj{"userid": "li", "external_userid": who, "remark": "陈小姐"})
	chat = s.act("create_group", obj{"owner": "li", "name": "茶友", "customers": []string{who}})["chat_id"].(string)
	s.act("rename_group", obj{"chat_id": chat, "text": "茶友会"})
	s.act("put_member", obj{"userid": "new", "name": "新人", "departments": []int{2}})
	s.act("put_member", obj{"userid": "new", "name": "新同事", "position": "顾问"})
	s.act("app_event", obj{"userid": "li", "event": "click", "key": "menu-1"})
	s.act("app_event", obj{"userid": "li", "event": "view", "key": "https://example.com"})
	s.act("app_text", obj{"userid": "li", "text": "怎么用"})
	s.act("delete_staff", obj{"userid": "li", "external_userid": who})
	s.act("delete_customer", obj{"userid": "li", "external_userid": half})
	s.act("dismiss_group", obj{"chat_id": chat})
	return who, chat
}

// inbox keeps what workwx has made of callbacks.
type inbox struct {
	mu  sync.Mutex
	got []*workwx.RxMessage
}

// OnIncomingMessage implements workwx.RxMessageHandler.
func (i *inbox) OnIncomingMessage(m *workwx.RxMessage) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, m)
	return nil
}

func workwxDoor(t *testing.T) (*inbox, http.Handler) {
	t.Helper()
	in := &inbox{}
	door, err := workwx.NewHTTPHandler(token, aesKey, in)
	must(t, "handler", err)
	return in, door
}

func TestWorkwx_ReadsTheSimulatorsCallbacks(t *testing.T) {
	s := startSim(t)
	in, door := workwxDoor(t)
	var refusals []int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		if door.ServeHTTP(answer, r); answer.Code != http.StatusOK {
			refusals = append(refusals, answer.Code)
		}
		_, _ = w.Write(answer.Body.Bytes()) // 200 in any case, so that nothing comes again
	}))
	t.Cleanup(server.Close)
	s.act("callback", obj{"app": "main", "url": server.URL, "token": token, "aeskey": aesKey})
	s.act("verify_callback?app=main", obj{})
	who, chat := life(s)
	s.act("flush", obj{})
	server.Close()
	// delete_... of the directory and dismissals of departments are unknown to this SDK; it
	// answers 500 to change types it does not know, after it has opened them.
	if slices.Contains(refusals, http.StatusBadRequest) {
		t.Errorf("signature or cipher refused: %v", refusals)
	}
	seen := map[string]int{}
	for _, m := range in.got {
		seen[strings.TrimSuffix(string(m.MsgType)+" "+string(m.Event)+" "+string(m.ChangeType), " ")]++
		soon(t, "time of "+m.String(), m.SendTime.Unix(), s.now())
		checkWorkwx(t, m, who, chat)
	}
	for _, want := range []string{
		"event change_external_contact add_external_contact", "event change_external_contact edit_external_contact",
		"event change_external_contact del_follow_user", "event change_external_contact del_external_contact",
		"event change_external_chat create", "event change_external_chat update", "event change_external_chat dismiss",
		"event change_contact create_user", "event change_contact update_user", "event click", "event view", "text ",
	} {
		if seen[want] == 0 && seen[strings.TrimSpace(want)] == 0 {
			t.Errorf("no %q among %v", want, seen)
		}
	}
}

// checkWorkwx compares one callback with what was done.
func checkWorkwx(t *testing.T, m *workwx.RxMessage, who, chat string) {
	t.Helper()
	if e, ok := m.EventAddExternalContact(); ok && m.ChangeType == workwx.ChangeTypeAddExternalContact && e.GetExternalUserID() == who {
		equal(t, "added", []any{e.GetUserID(), m.FromUserID}, []any{"li", "sys"})
	}
	if e, ok := m.EventEditExternalContact(); ok && m.ChangeType == workwx.ChangeTypeEditExternalContact {
		equal(t, "edited", []any{e.GetUserID(), e.GetExternalUserID()}, []any{"li", who})
	}
	if e, ok := m.EventDelFollowUser(); ok && m.ChangeType == workwx.ChangeTypeDelFollowUser {
		equal(t, "lost", []any{e.GetUserID(), e.GetExternalUserID()}, []any{"li", who})
	}
	if e, ok := m.EventChangeExternalChat(); ok {
		equal(t, "group", []any{e.GetChatID(), e.GetToUserName()}, []any{chat, corpID})
	}
	if e, ok := m.EventChangeTypeCreateUser(); ok {
		equal(t, "new member", []any{e.UserID, e.Name, e.Department}, []any{"new", "新人", "2"})
	}
	if e, ok := m.EventChangeTypeUpdateUser(); ok {
		equal(t, "changed member", []any{e.UserID, e.Name, e.Position}, []any{"new", "新同事", "顾问"})
	}
	if e, ok := m.EventAppMenuClick(); ok {
		equal(t, "click", []any{e.EventKey, m.FromUserID, m.AgentID}, []any{"menu-1", "li", int64(agentID)})
	}
	if e, ok := m.Text(); ok {
		equal(t, "text", []any{e.GetContent(), m.FromUserID, m.MsgID != 0}, []any{"怎么用", "li", true})
	}
}

func TestSilenceper_ReadsTheSimulatorsCallbacks(t *testing.T) {
	s := startSim(t)
	heard := listen(t, s)
	who, _ := life(s)
	contacts := newWork(secret).GetExternalContact()
	seen := map[string]bool{}
	for _, c := range heard.after(s) {
		var envelope struct{ Encrypt string }
		unmarshal(t, c.body, &envelope)
		equal(t, "signature", util.Signature(token, c.query.timestamp, c.query.nonce, envelope.Encrypt), c.query.signature)
		m, err := contacts.GetCallbackMessage(c.body)
		must(t, "callback", err)
		equal(t, "receiver", m.ToUserName, corpID)
		soon(t, "time", m.CreateTime, s.now())
		if m.Event == "change_external_contact" && m.ExternalUserID == who {
			seen[m.ChangeType] = true
			equal(t, "member", m.UserID, "li")
		}
	}
	equal(t, "what happened to the customer", seen, map[string]bool{"add_external_contact": true, "edit_external_contact": true, "del_follow_user": true})
}

func TestSilenceper_VerifiesTheAddress(t *testing.T) {
	s := startSim(t)
	var failed error
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := newWork(secret).GetKF()
		must(t, "client", err)
		q := r.URL.Query()
		echo, err := c.VerifyURL(kf.SignatureOptions{
			Signature: q.Get("msg_signature"), TimeStamp: q.Get("timestamp"), Nonce: q.Get("nonce"), EchoStr: q.Get("echostr"),
		})
		if failed = err; err == nil {
			_, _ = w.Write([]byte(echo))
		}
	}))
	t.Cleanup(server.Close)
	s.act("callback", obj{"app": "main", "url": server.URL, "token": token, "aeskey": aesKey})
	s.act("verify_callback?app=main", obj{})
	must(t, "echo", failed)
}

const notice = "<xml><ToUserName><![CDATA[" + corpID + "]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1700000000</CreateTime>" +
	"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType>" +
	"<UserID><![CDATA[li]]></UserID><ExternalUserID><![CDATA[wm0000000000000001]]></ExternalUserID><State><![CDATA[门店]]></State></xml>"

// TestOurEncryption_OpensInBothSDKs seals with the product's code and opens with theirs.
func TestOurEncryption_OpensInBothSDKs(t *testing.T) {
	in, door := workwxDoor(t)
	contacts := newWork(secret).GetExternalContact()
	for size := range 40 { // each length of the padding
		plain := strings.Replace(notice, "门店", strings.Repeat("s", size), 1)
		sealed := ours(t, sealing{Timestamp: "1700000000", Nonce: "nonce1", Plain: plain})
		var reply struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
		unmarshal(t, []byte(sealed.XML), &reply)
		equal(t, "signature", util.Signature(token, reply.TimeStamp, reply.Nonce, reply.Encrypt), reply.MsgSignature)
		_, opened, err := util.DecryptMsg(corpID, reply.Encrypt, aesKey)
		must(t, "open with silenceper", err)
		equal(t, "opened with silenceper", string(opened), plain)
		m, err := contacts.GetCallbackMessage([]byte(sealed.XML))
		must(t, "parse with silenceper", err)
		equal(t, "parsed with silenceper", []any{m.ChangeType, m.UserID, m.ExternalUserID, m.State},
			[]any{"add_external_contact", "li", "wm0000000000000001", strings.Repeat("s", size)})

		q := url.Values{"msg_signature": {reply.MsgSignature}, "timestamp": {reply.TimeStamp}, "nonce": {reply.Nonce}}
		answer := httptest.NewRecorder()
		door.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/?"+q.Encode(), strings.NewReader(sealed.XML)))
		equal(t, "answer of workwx", answer.Code, http.StatusOK)
		e, ok := in.got[len(in.got)-1].EventAddExternalContact()
		equal(t, "opened with workwx", []any{ok, len(in.got), e.GetState()}, []any{true, size + 1, strings.Repeat("s", size)})
	}
	_, _, err := util.DecryptMsg("ww0000000000000002", ours(t, sealing{Timestamp: "1", Nonce: "n", Plain: notice}).encrypt(t), aesKey)
	if err == nil {
		t.Error("opened for another corp")
	}
}

// TestOurEncryption_OpensTheirs seals with an SDK's code and opens with the product's.
func TestOurEncryption_OpensTheirs(t *testing.T) {
	for size := range 40 {
		plain := notice + strings.Repeat(" ", size)
		encrypted, err := util.EncryptMsg(bytes.Repeat([]byte("r"), 16), []byte(plain), corpID, aesKey)
		must(t, "seal", err)
		ask := sealing{Timestamp: "1700000000", Nonce: "nonce1", Encrypt: string(encrypted)}
		ask.Signature = util.Signature(token, ask.Timestamp, ask.Nonce, ask.Encrypt)
		equal(t, "opened", ours(t, ask).Plain, plain)
		ask.Signature = strings.Repeat("0", 40)
		if got := answerOf(t, ask); got.Error == "" || got.Plain != "" {
			t.Errorf("a false signature: %+v", got)
		}
	}
	encrypted, err := util.EncryptMsg(bytes.Repeat([]byte("r"), 16), []byte(notice), "ww0000000000000002", aesKey)
	must(t, "seal", err)
	ask := sealing{Timestamp: "1", Nonce: "n", Encrypt: string(encrypted)}
	ask.Signature = util.Signature(token, ask.Timestamp, ask.Nonce, ask.Encrypt)
	if got := answerOf(t, ask); !strings.Contains(got.Error, "another corp") || got.Plain != "" {
		t.Errorf("for another corp: %+v", got)
	}
}

// TestVector opens the message on which two SDKs agreed.
func TestVector(t *testing.T) {
	const encrypted = "sCPBVsI5q2p1bU6GMG1gRMGi9RdqVpEWvukmS0zhwtdnIBFa+VTM/JHO/8bNeBf6WkzKuxbWd5fR7J5H7Fwz0jeLXbtI6+YMrwUn0Fu01wgjZM55QGtcGeEpk513EqrrGvhMSB3ECVMzPvHgPbxQnfAFxuF/YOuzSTwDy3ks5Pow6vGq4FkvMqPy9aqu7Q+Snbf2EWIOrKhTnvhYiqH5+A=="
	const want = "<xml><ToUserName><![CDATA[ww0000000000000001]]></ToUserName><Event><![CDATA[change_external_contact]]></Event></xml>"
	signed := util.Signature(token, "1700000000", "nonce1", encrypted)
	equal(t, "signature", signed, "32389ae63a4f3d9e886c7693a1b9ff9ac4a54e54")
	_, theirs, err := util.DecryptMsg(corpID, encrypted, aesKey)
	must(t, "open with silenceper", err)
	equal(t, "with silenceper", string(theirs), want)
	equal(t, "with ours", ours(t, sealing{Timestamp: "1700000000", Nonce: "nonce1", Signature: signed, Encrypt: encrypted}).Plain, want)
	resealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(want), corpID, aesKey)
	must(t, "seal with silenceper", err)
	equal(t, "sealed with silenceper", string(resealed), encrypted)
}
