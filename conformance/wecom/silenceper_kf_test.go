package wecom

import (
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/work/kf"
	"github.com/silenceper/wechat/v2/work/kf/sendmsg"
	"github.com/silenceper/wechat/v2/work/kf/sendmsgonevent"
)

func silenceperKf(t *testing.T, p sp) {
	heard := listen(t, p.sim)
	c, err := p.GetKF()
	must(t, "client", err)
	media := p.media(t, "a.png", "image")
	made, err := c.AccountAdd(kf.AccountAddOptions{Name: "官方客服", MediaID: media})
	must(t, "add account", err)
	account := made.OpenKFID
	_, err = c.AccountUpdate(kf.AccountUpdateOptions{OpenKFID: account, Name: "茶社客服", MediaID: media})
	must(t, "update account", err)
	accounts, err := c.AccountList()
	must(t, "accounts", err)
	equal(t, "accounts", []any{len(accounts.AccountList), accounts.AccountList[0].OpenKFID, accounts.AccountList[0].Name}, []any{1, account, "茶社客服"})
	door, err := c.AddContactWay(kf.AddContactWayOptions{OpenKFID: account, Scene: "menu-1"})
	must(t, "contact way", err)
	added, err := c.ReceptionistAdd(kf.ReceptionistOptions{OpenKFID: account, UserIDList: []string{"wang"}})
	must(t, "add servicer", err)
	equal(t, "servicer", []any{added.ResultList[0].UserID, added.ResultList[0].ErrCode}, []any{"wang", int64(0)})
	servicers, err := c.ReceptionistList(account)
	must(t, "servicers", err)
	equal(t, "servicers", []any{len(servicers.ReceptionistList), servicers.ReceptionistList[0].UserID, servicers.ReceptionistList[0].Status}, []any{1, "wang", 0})

	who := p.customer("陈晨")
	p.act("kf_enter", obj{"open_kfid": door.URL + "&scene_param=shop", "external_userid": who})
	silenceperKfTalk(t, p, c, heard, account, who)
	people, err := c.CustomerBatchGet(kf.CustomerBatchGetOptions{ExternalUserIDList: []string{who, "wmnobody"}})
	must(t, "customers", err)
	equal(t, "customers", []any{people.CustomerList[0].ExternalUserID, people.CustomerList[0].NickName, people.CustomerList[0].Gender, people.InvalidExternalUserID},
		[]any{who, "陈晨", 2, []string{"wmnobody"}})
	silenceperKfStatistics(t, p, account)
	c, err = newWork(secret).GetKF() // the token is over
	must(t, "client", err)
	_, err = c.ReceptionistDel(kf.ReceptionistOptions{OpenKFID: account, UserIDList: []string{"wang"}})
	must(t, "delete servicer", err)
	_, err = c.AccountDel(kf.AccountDelOptions{OpenKFID: account})
	must(t, "delete account", err)
}

func silenceperKfTalk(t *testing.T, p sp, c *kf.Client, heard *listener, account, who string) {
	token := heard.kfToken(t, p.sim)
	msgs, err := c.SyncMsg(kf.SyncMsgOptions{OpenKfID: account, Token: token, Limit: 1000})
	must(t, "messages", err)
	enter, err := msgs.MsgList[0].GetEnterSessionEvent()
	must(t, "entered", err)
	equal(t, "entered", []any{msgs.MsgList[0].EventType, enter.OpenKFID, enter.ExternalUserID, enter.Event.Scene, enter.Event.SceneParam}, []any{"enter_session", account, who, "menu-1", "shop"})
	hello := sendmsgonevent.Text{Message: sendmsgonevent.Message{Code: enter.Event.WelcomeCode, MsgID: "hello-1"}, MsgType: "text"}
	hello.Text.Content = "您好"
	said, err := c.SendMsgOnEvent(hello)
	must(t, "welcome", err)
	equal(t, "welcome", said.MsgID, "hello-1")
	p.act("kf_say", obj{"open_kfid": account, "external_userid": who, "text": "有货吗"})
	msgs, err = c.SyncMsg(kf.SyncMsgOptions{OpenKfID: account, Token: token, Cursor: msgs.NextCursor, Limit: 1000})
	must(t, "more messages", err)
	text, err := msgs.MsgList[0].GetTextMessage()
	must(t, "text", err)
	equal(t, "said", []any{len(msgs.MsgList), msgs.HasMore, text.Text.Content, text.ExternalUserID, text.Origin}, []any{1, uint32(0), "有货吗", who, uint32(3)})
	answer := sendmsg.Text{Message: sendmsg.Message{ToUser: who, OpenKFID: account}, MsgType: "text"}
	answer.Text.Content = "有"
	for range 5 {
		_, err = c.SendMsg(answer)
		must(t, "answer", err)
	}
	_, err = c.SendMsg(answer)
	kfRefused(t, "a sixth answer", err, "e=95001")
	state, err := c.ServiceStateGet(kf.ServiceStateGetOptions{OpenKFID: account, ExternalUserID: who})
	must(t, "state", err)
	equal(t, "state", state.ServiceState, 0)
	moved, err := c.ServiceStateTrans(kf.ServiceStateTransOptions{OpenKFID: account, ExternalUserID: who, ServiceState: 3, ServicerUserID: "wang"})
	must(t, "serve", err)
	if moved.MsgCode == "" {
		t.Error("no code to greet with")
	}
	_, err = c.ServiceStateTrans(kf.ServiceStateTransOptions{OpenKFID: account, ExternalUserID: who, ServiceState: 3, ServicerUserID: "li"})
	kfRefused(t, "to no servicer", err, "e=95014")
}

func silenceperKfStatistics(t *testing.T, p sp, account string) {
	day := p.now()
	p.advance(24 * time.Hour)
	c, err := newWork(secret).GetKF()
	must(t, "client", err)
	corp, err := c.GetCorpStatistic(&kf.GetCorpStatisticRequest{OpenKfID: account, StartTime: day.Unix(), EndTime: day.Unix()})
	must(t, "statistic of the corp", err)
	equal(t, "statistic of the corp", []any{len(corp.StatisticList), corp.StatisticList[0].Statistic.CustomerCnt, corp.StatisticList[0].Statistic.CustomerMsgCnt},
		[]any{1, int64(1), int64(1)})
	one, err := c.GetServicerStatistic(&kf.GetServicerStatisticRequest{OpenKfID: account, ServicerUserID: "wang", StartTime: day.Unix(), EndTime: day.Unix()})
	must(t, "statistic of a servicer", err)
	equal(t, "statistic of a servicer", []any{len(one.StatisticList), one.StatisticList[0].Statistic.SessionCnt}, []any{1, int64(1)})
}

// kfRefused checks a refusal of customer service, of which this SDK keeps the text only.
func kfRefused(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}
