package wecom

import (
	"net/url"
	"testing"
	"time"

	"github.com/xen0n/go-workwx"
)

func workwxMassSend(t *testing.T, w wx) {
	who := w.friend("li", "陈晨")
	link := workwx.Attachments{MsgType: workwx.AttachmentMsgTypeLink, Link: workwx.Link{Title: "春茶", Desc: "上新", URL: "https://example.com"}}
	made, err := w.AddMsgTemplate(workwx.ChatTypeSingle, "", []string{who, "wmnobody"}, workwx.Text{Content: "上新啦"}, []workwx.Attachments{link})
	must(t, "to customers", err)
	equal(t, "failed", made.FailList, []string{"wmnobody"})
	w.advance(time.Minute)
	w.act("confirm_mass_send", obj{"userid": "li", "msgid": made.MsgID})
	got := w.read("mass_received", url.Values{"userid": {"li"}, "external_userid": {who}})["list"].([]any)
	if len(got) != 1 || !hasText(got[0], "上新啦") {
		t.Errorf("on the phone %v", got)
	}
	w.act("create_group", obj{"owner": "li", "name": "茶友", "customers": []string{who}})
	made, err = w.AddMsgTemplate(workwx.ChatTypeGroup, "li", nil, workwx.Text{Content: "群里上新"}, nil)
	must(t, "to groups", err)
	if made.MsgID == "" {
		t.Error("no msgid")
	}
	_, err = w.AddMsgTemplate(workwx.ChatTypeSingle, "", []string{"wmnobody"}, workwx.Text{Content: "x"}, nil)
	refused(t, "nobody to send to", err, 41048)
	_, err = w.AddMsgTemplate("all", "", []string{who}, workwx.Text{Content: "x"}, nil)
	refused(t, "chat_type all", err, 86214)
}

func workwxGroups(t *testing.T, w wx) {
	who := w.friend("li", "陈晨")
	chat := w.act("create_group", obj{"owner": "li", "name": "茶友", "customers": []string{who}, "members": []string{"wang"}})["chat_id"].(string)
	w.act("group_notice", obj{"chat_id": chat, "text": "周五品茶"})
	w.act("group_admins", obj{"chat_id": chat, "members": []string{"wang"}})
	ask := workwx.ReqChatList{OwnerFilter: workwx.ReqChatListOwnerFilter{UserIDList: []string{"li"}}, Limit: 10}
	for _, list := range []func(workwx.ReqChatList) (*workwx.RespGroupChatList, error){w.GetGroupChatList, w.GetAppChatList} {
		groups, err := list(ask)
		must(t, "groups", err)
		equal(t, "groups", groups.GroupChatList, []workwx.GroupChatList{{ChatID: chat}})
	}
	g, err := w.GetGroupChatInfo(chat, workwx.ChatNeedName)
	must(t, "group", err)
	equal(t, "group", []any{g.ChatID, g.Name, g.Owner, g.Notice, len(g.MemberList), len(g.AdminList)}, []any{chat, "茶友", "li", "周五品茶", 3, 1})
	equal(t, "admin", g.AdminList[0].UserID, "wang")
	soon(t, "made", g.CreateTime, w.now())
	for _, m := range g.MemberList {
		if m.UserID == who {
			equal(t, "customer in the group", []any{m.Type, m.Name, m.JoinScene, m.Invitor.UserID}, []any{int64(2), "陈晨", int64(1), "li"})
		}
	}
	same, err := w.GetAppChatInfo(chat)
	must(t, "group, old name", err)
	equal(t, "group, old name", same.Owner, "li")
	_, err = w.GetGroupChatInfo("wrnone", 0)
	refused(t, "no such group", err, 40050)
	open := w.read("group", url.Values{"chat_id": {chat}})["opengid"].(string)
	id, err := w.ConvertOpenGIDToChatID(open)
	must(t, "opengid", err)
	equal(t, "opengid", id, chat)
	_, err = w.ConvertOpenGIDToChatID("none")
	refused(t, "no such opengid", err, 90511)
	workwxJoinWays(t, w, chat)
}

func workwxJoinWays(t *testing.T, w wx, chat string) {
	told := workwx.ExternalGroupChatJoinWay{Scene: 2, Remark: "门口", AutoCreateRoom: 1, RoomBaseName: "茶友", RoomBaseID: 10, ChatIDs: []string{chat}, State: "door"}
	id, err := w.ExternalContactAddGroupChatJoinWay(told)
	must(t, "add join way", err)
	way, err := w.ExternalContactGetGroupChatJoinWay(id)
	must(t, "join way", err)
	equal(t, "join way", []any{way.ConfigID, way.ExternalGroupChatJoinWay, way.QRCode != ""}, []any{id, told, true})
	told.State, told.Remark, told.AutoCreateRoom = "window", "窗口", 0
	must(t, "update join way", w.ExternalContactUpdateGroupChatJoinWay(id, told))
	way, err = w.ExternalContactGetGroupChatJoinWay(id)
	must(t, "join way again", err)
	equal(t, "updated join way", []any{way.State, way.Remark, way.AutoCreateRoom}, []any{"window", "窗口", 0})
	must(t, "delete join way", w.ExternalContactDelGroupChatJoinWay(id))
	_, err = w.ExternalContactGetGroupChatJoinWay(id)
	refused(t, "deleted join way", err, 41044)
	six := workwx.ExternalGroupChatJoinWay{Scene: 2, ChatIDs: []string{chat, "a", "b", "c", "d", "e"}}
	_, err = w.ExternalContactAddGroupChatJoinWay(six)
	refused(t, "six groups", err, 41091)
}

func workwxTransfer(t *testing.T, w wx) {
	who := w.friend("li", "陈晨")
	done, err := w.TransferCustomer("li", "wang", []string{who})
	must(t, "transfer", err)
	equal(t, "transfer", []any{done[0].ExternalUserID, done[0].Errcode}, []any{who, 0})
	done, err = w.TransferCustomer("li", "zhao", []string{who})
	must(t, "transfer twice", err)
	equal(t, "transfer twice", done[0].Errcode, 40129)
	state, err := w.GetTransferCustomerResult("li", "wang", "")
	must(t, "result", err)
	equal(t, "waiting", []any{state.Customer[0].ExternalUserID, state.Customer[0].Status}, []any{who, 2})
	soon(t, "completes", int64(state.Customer[0].TakeoverTime), w.now().Add(24*time.Hour))
	_, err = w.TransferCustomer("li", "li", []string{who})
	if got := codeOf(err); got != 0 && got != 40130 {
		t.Errorf("to himself: %v", err)
	}
}

func workwxResigned(t *testing.T, w wx) {
	who := w.friend("li", "陈晨")
	chat := w.act("create_group", obj{"owner": "li", "name": "茶友", "customers": []string{who}})["chat_id"].(string)
	_, err := w.ResignedTransferCustomer("li", "wang", []string{who})
	refused(t, "still here", err, 40097)
	w.act("resign", obj{"userid": "li"})
	list, err := w.ListUnassignedExternalContact(0, 100, "")
	must(t, "unassigned", err)
	equal(t, "unassigned", []any{len(list.Info), list.Info[0].HandoverUserID, list.Info[0].ExternalUserID, list.IsLast}, []any{1, "li", who, true})
	soon(t, "left", list.Info[0].DemissionTime.Unix(), w.now())
	done, err := w.ResignedTransferCustomer("li", "wang", []string{who})
	must(t, "transfer", err)
	equal(t, "transfer", []any{done[0].ExternalUserID, done[0].Errcode}, []any{who, 0})
	state, err := w.GetTransferResignedCustomerResult("li", "wang", "")
	must(t, "result", err)
	equal(t, "result", []any{state.Customer[0].ExternalUserID, state.Customer[0].Status}, []any{who, 2})
	failed, err := w.ExternalContactTransferGroupChat([]string{chat, "wrnone"}, "wang")
	must(t, "groups", err)
	equal(t, "groups that stay", []any{len(failed), failed[0].ChatID, failed[0].ErrCode}, []any{1, "wrnone", 90501})
	w.advance(time.Hour)
	g, err := w.GetGroupChatInfo(chat, 0)
	must(t, "group", err)
	equal(t, "owner", g.Owner, "wang")
}

func workwxKf(t *testing.T, w wx) {
	heard := listen(t, w.sim)
	media := w.image(t)
	account, err := w.CreateKfAccount("官方客服", media)
	must(t, "add account", err)
	must(t, "update account", w.UpdateKfAccount(account, "茶社客服", media))
	list, err := w.ListKfAccount(0, 100)
	must(t, "accounts", err)
	equal(t, "account", []any{len(list), list[0].OpenKfID, list[0].Name}, []any{1, account, "茶社客服"})
	door, err := w.AddKfContact(account, "menu-1")
	must(t, "contact way", err)
	added, err := w.CreateKfServicer(account, []string{"wang", "nobody"}, nil)
	must(t, "add servicer", err)
	equal(t, "servicers", []any{added[0].UserID, added[0].ErrCode, added[1].ErrCode != 0}, []any{"wang", int64(0), true})
	servicers, err := w.ListKfServicer(account)
	must(t, "servicers", err)
	equal(t, "servicer", []any{len(servicers), servicers[0].UserID, servicers[0].Status}, []any{1, "wang", 0})

	who := w.customer("陈晨")
	w.act("kf_enter", obj{"open_kfid": door + "&scene_param=shop", "external_userid": who})
	w.act("kf_say", obj{"open_kfid": account, "external_userid": who, "text": "有货吗"})
	msgs, more, cursor, err := w.KfSyncMsg(account, heard.kfToken(t, w.sim), "", 1000, 0)
	must(t, "messages", err)
	equal(t, "messages", []any{len(msgs), more, cursor != ""}, []any{2, 0, true})
	e := msgs[0].Event
	equal(t, "entered", []any{msgs[0].MsgType, msgs[0].Origin, e.EventType, e.OpenKfID, e.ExternalUserID, e.Scene, e.SceneParam, e.WelcomeCode != ""},
		[]any{workwx.MessageTypeEvent, 4, workwx.KfEventTypeEnterSession, account, who, "menu-1", "shop", true})
	equal(t, "said", []any{msgs[1].MsgType, msgs[1].Origin, msgs[1].ExternalUserID, msgs[1].OpenKfID, msgs[1].Text.Content},
		[]any{workwx.MessageTypeText, 3, who, account, "有货吗"})
	soon(t, "said", msgs[1].SendTime, w.now())
	state, _, err := w.GetKfServiceState(account, who)
	must(t, "state", err)
	equal(t, "state", state, workwx.KfServiceStateUntreated)
	code, err := w.TransKfServiceState(account, who, "", workwx.KfServiceStateInQueue)
	must(t, "queue", err)
	if code == "" {
		t.Error("no code for the queue")
	}
	_, err = w.TransKfServiceState(account, who, "wang", workwx.KfServiceStateManualReception)
	must(t, "serve", err)
	state, servicer, err := w.GetKfServiceState(account, who)
	must(t, "state again", err)
	equal(t, "served", []any{state, servicer}, []any{workwx.KfServiceStateManualReception, "wang"})
	_, err = w.TransKfServiceState(account, who, "", workwx.KfServiceStateUntreated)
	refused(t, "back to new", err, 95016)

	// This SDK sends neither open_kfid nor code, so the platform must refuse both.
	if err := w.SendTextMessage(&workwx.Recipient{OpenKfID: account}, "有", false); codeOf(err) == 0 {
		t.Errorf("a message without an account: %v", err)
	}
	if err := w.SendTextMessage(&workwx.Recipient{Code: e.WelcomeCode}, "您好", false); codeOf(err) == 0 {
		t.Errorf("an answer without a code: %v", err)
	}
	gone, err := w.DeleteKfServicer(account, []string{"wang"}, nil)
	must(t, "delete servicer", err)
	equal(t, "deleted servicer", []any{gone[0].UserID, gone[0].ErrCode}, []any{"wang", int64(0)})
	must(t, "delete account", w.DeleteKfAccount(account))
	if err := w.DeleteKfAccount(account); codeOf(err) == 0 {
		t.Errorf("deleted twice: %v", err)
	}
}

func workwxArchive(t *testing.T, w wx) {
	ids, err := w.archive.ListMsgAuditPermitUser(workwx.MsgAuditEditionEnterprise)
	must(t, "members", err)
	equal(t, "members", ids, []string{"li", "wang", "zhao"})
	who := w.friend("li", "陈晨")
	w.act("consent", obj{"userid": "li", "external_userid": who})
	ask := workwx.CheckMsgAuditSingleAgreeUserInfo{UserID: "li", ExternalOpenID: who}
	got, err := w.archive.CheckMsgAuditSingleAgree([]workwx.CheckMsgAuditSingleAgreeUserInfo{ask})
	must(t, "consent", err)
	equal(t, "consent", []any{got[0].UserID, got[0].ExternalOpenID, got[0].AgreeStatus}, []any{"li", who, workwx.MsgAuditAgreeStatus(workwx.MsgAuditAgreeStatusAgree)})
	soon(t, "consent", got[0].StatusChangeTime.Unix(), w.now())
	chat := w.act("create_group", obj{"owner": "li", "name": "茶友", "customers": []string{who}})["chat_id"].(string)
	rooms, err := w.archive.CheckMsgAuditRoomAgree(chat)
	must(t, "consent in a group", err)
	equal(t, "consent in a group", []any{len(rooms), rooms[0].ExternalOpenID}, []any{1, who})
	room := w.act("create_room", obj{"name": "店务", "creator": "li", "members": []string{"wang"}})["roomid"].(string)
	info, err := w.archive.GetMsgAuditGroupChat(room)
	must(t, "room", err)
	equal(t, "room", []any{info.RoomName, info.Creator, len(info.Members)}, []any{"店务", "li", 2})
	soon(t, "room", info.RoomCreateTime.Unix(), w.now())
	_, err = w.archive.GetMsgAuditGroupChat(chat)
	refused(t, "a group of customers", err, 301059)
	_, err = w.ListMsgAuditPermitUser(0)
	refused(t, "not the archive's secret", err, 48002)
}
