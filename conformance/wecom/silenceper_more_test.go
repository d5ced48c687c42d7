package wecom

import (
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/work/externalcontact"
)

func silenceperMassSend(t *testing.T, p sp) {
	c := p.contact()
	one, two, gone := p.friend("li", "陈晨"), p.friend("wang", "林琳"), p.friend("li", "周舟")
	tag := p.act("create_tag", obj{"group": "等级", "name": "金卡"})["id"].(string)
	link := &externalcontact.Attachment{MsgType: "link", Link: externalcontact.AttachmentLink{Title: "春茶", PicURL: "https://example.com/a.png", Desc: "上新", URL: "https://example.com"}}
	made, err := c.AddMsgTemplate(&externalcontact.AddMsgTemplateRequest{
		ChatType: "single", ExternalUserID: []string{one, two, gone, "wmnobody"}, Text: externalcontact.MsgText{Content: "上新啦"}, Attachments: []*externalcontact.Attachment{link},
	})
	must(t, "add", err)
	equal(t, "failed", made.FailList, []string{"wmnobody"})
	_, err = c.GetGroupMsgTask(&externalcontact.GetGroupMsgTaskRequest{MsgID: made.MsgID, Limit: 100})
	refused(t, "asked at once", err, 41063)
	p.advance(time.Minute)
	p.act("delete_staff", obj{"userid": "li", "external_userid": gone})
	p.act("confirm_mass_send", obj{"userid": "li", "msgid": made.MsgID})
	tasks, err := c.GetGroupMsgTask(&externalcontact.GetGroupMsgTaskRequest{MsgID: made.MsgID, Limit: 100})
	must(t, "tasks", err)
	status := map[string]int{}
	for _, task := range tasks.TaskList {
		status[task.UserID] = task.Status
		if task.Status == 2 {
			soon(t, "sent", int64(task.SendTime), p.now())
		}
	}
	equal(t, "tasks", status, map[string]int{"li": 2, "wang": 0})
	results, err := c.GetGroupMsgSendResult(&externalcontact.GetGroupMsgSendResultRequest{MsgID: made.MsgID, UserID: "li", Limit: 100})
	must(t, "results", err)
	status = map[string]int{}
	for _, r := range results.SendList {
		status[r.ExternalUserID] = r.Status
	}
	equal(t, "results", status, map[string]int{one: 1, gone: 2})
	list, err := c.GetGroupMsgListV2(&externalcontact.GetGroupMsgListV2Request{
		ChatType: "single", StartTime: p.now().Add(-time.Hour).Unix(), EndTime: p.now().Unix(), FilterType: 2, Limit: 50,
	})
	must(t, "list", err)
	m := list.GroupMsgList[0]
	equal(t, "message", []any{len(list.GroupMsgList), m.MsgID, m.CreateType, m.Text.Content, m.Attachments[0].Link.Title}, []any{1, made.MsgID, 0, "上新啦", "春茶"})
	soon(t, "made", m.CreateTime, p.now().Add(-time.Minute))
	silenceperRemind(t, p, made.MsgID)

	_, err = c.AddMsgTemplate(&externalcontact.AddMsgTemplateRequest{
		ChatType: "single", Sender: "li", Text: externalcontact.MsgText{Content: "x"},
		TagFilter: externalcontact.TagFilter{GroupList: []externalcontact.TagGroupList{{TagList: []string{tag}}}},
	})
	refused(t, "nobody has the tag", err, 41048)
}

func silenceperRemind(t *testing.T, p sp, msgid string) {
	c := p.contact()
	for range 3 {
		must(t, "remind", c.RemindGroupMsgSend(&externalcontact.RemindGroupMsgSendRequest{MsgID: msgid}))
	}
	refused(t, "a fourth reminder", c.RemindGroupMsgSend(&externalcontact.RemindGroupMsgSendRequest{MsgID: msgid}), 41094)
	must(t, "cancel", c.CancelGroupMsgSend(&externalcontact.CancelGroupMsgSendRequest{MsgID: msgid}))
	refused(t, "remind of a cancelled one", c.RemindGroupMsgSend(&externalcontact.RemindGroupMsgSendRequest{MsgID: msgid}), 41093)
	refused(t, "no such message", c.CancelGroupMsgSend(&externalcontact.CancelGroupMsgSendRequest{MsgID: "msgnone"}), 41047)
}

func silenceperMoments(t *testing.T, p sp) {
	c := p.contact()
	who := p.friend("li", "陈晨")
	up, err := p.GetMaterial().UploadAttachment(p.write(t, "a.png"), "image", 1)
	must(t, "upload", err)
	job, err := c.AddMomentTask(&externalcontact.AddMomentTaskRequest{
		Text:         externalcontact.MomentTaskText{Content: "新茶上市"},
		Attachments:  []externalcontact.MomentTaskAttachment{{MsgType: "image", Image: externalcontact.MomentTaskImage{MediaID: up.MediaID}}},
		VisibleRange: externalcontact.MomentVisibleRange{SenderList: externalcontact.MomentSenderList{UserList: []string{"li", "nobody"}}},
	})
	must(t, "add", err)
	p.advance(time.Minute)
	done, err := c.GetMomentTaskResult(job.JobID)
	must(t, "job", err)
	equal(t, "job", []any{done.Status, done.Result.ErrCode, done.Result.InvalidSenderList.UserList}, []any{3, int64(0), []string{"nobody"}})
	id := done.Result.MomentID
	tasks, err := c.GetMomentTask(&externalcontact.GetMomentTaskRequest{MomentID: id, Limit: 100})
	must(t, "tasks", err)
	equal(t, "tasks", tasks.TaskList, []externalcontact.MomentTask{{UserID: "li"}})
	p.act("publish_moment", obj{"moment_id": id, "userid": "li"})
	tasks, err = c.GetMomentTask(&externalcontact.GetMomentTaskRequest{MomentID: id, Limit: 100})
	must(t, "tasks again", err)
	equal(t, "published", tasks.TaskList, []externalcontact.MomentTask{{UserID: "li", PublishStatus: 1}})
	p.act("like_moment", obj{"moment_id": id, "userid": "li", "who": who})
	p.act("comment_moment", obj{"moment_id": id, "userid": "li", "who": who, "text": "好茶"})

	chosen, err := c.GetMomentCustomerList(&externalcontact.GetMomentCustomerListRequest{MomentID: id, UserID: "li", Limit: 100})
	must(t, "customers chosen", err)
	equal(t, "customers chosen", chosen.CustomerList, []externalcontact.MomentCustomer{{UserID: "li", ExternalUserID: who}})
	seen, err := c.GetMomentSendResult(&externalcontact.GetMomentSendResultRequest{MomentID: id, UserID: "li", Limit: 100})
	must(t, "customers who see it", err)
	equal(t, "customers who see it", seen.CustomerList, []externalcontact.MomentSendCustomer{{ExternalUserID: who}})
	marks, err := c.GetMomentComments(&externalcontact.GetMomentCommentsRequest{MomentID: id, UserID: "li"})
	must(t, "comments", err)
	equal(t, "comments", []any{len(marks.CommentList), marks.CommentList[0].ExternalUserID, len(marks.LikeList), marks.LikeList[0].ExternalUserID}, []any{1, who, 1, who})
	list, err := c.GetMomentList(&externalcontact.GetMomentListRequest{StartTime: p.now().Add(-time.Hour).Unix(), EndTime: p.now().Unix(), FilterType: 2, Limit: 20})
	must(t, "list", err)
	m := list.MomentList[0]
	equal(t, "moment", []any{m.MomentID, m.CreateType, m.Text.Content, len(m.Image)}, []any{id, 0, "新茶上市", 1})

	other, err := c.AddMomentTask(&externalcontact.AddMomentTaskRequest{
		Text: externalcontact.MomentTaskText{Content: "作废"}, VisibleRange: externalcontact.MomentVisibleRange{SenderList: externalcontact.MomentSenderList{UserList: []string{"wang"}}},
	})
	must(t, "add another", err)
	p.advance(time.Minute)
	done, err = c.GetMomentTaskResult(other.JobID)
	must(t, "job of another", err)
	must(t, "cancel", c.CancelMomentTask(&externalcontact.CancelMomentTaskRequest{MomentID: done.Result.MomentID}))
	_, err = c.GetMomentTaskResult("none")
	refused(t, "no such job", err, 40088)
}

func (p sp) group(owner, name string, customers ...string) string {
	return p.act("create_group", obj{"owner": owner, "name": name, "customers": customers})["chat_id"].(string)
}

func silenceperGroups(t *testing.T, p sp) {
	c := p.contact()
	who := p.friend("li", "陈晨")
	chat := p.group("li", "茶友", who)
	list, err := c.GetGroupChatList(&externalcontact.GroupChatListRequest{OwnerFilter: externalcontact.OwnerFilter{UseridList: []string{"li"}}, Limit: 10})
	must(t, "groups", err)
	equal(t, "groups", list.GroupChatList, []externalcontact.GroupChatList{{ChatID: chat}})
	got, err := c.GetGroupChatDetail(&externalcontact.GroupChatDetailRequest{ChatID: chat, NeedName: 1})
	must(t, "group", err)
	g := got.GroupChat
	equal(t, "group", []any{g.ChatID, g.Name, g.Owner, len(g.MemberList)}, []any{chat, "茶友", "li", 2})
	m := g.MemberList[1]
	equal(t, "member", []any{m.UserID, m.Type, m.Name, m.JoinScene, m.Invitor.UserID, m.UnionID != ""}, []any{who, 2, "陈晨", 1, "li", true})
	open := p.read("group", map[string][]string{"chat_id": {chat}})["opengid"].(string)
	id, err := c.OpengIDToChatID(&externalcontact.OpengIDToChatIDRequest{OpengID: open})
	must(t, "opengid", err)
	equal(t, "opengid", id.ChatID, chat)
	p.act("dismiss_group", obj{"chat_id": chat})
	_, err = c.GetGroupChatDetail(&externalcontact.GroupChatDetailRequest{ChatID: chat})
	refused(t, "dismissed group", err, 49008)
	_, err = c.GetGroupChatList(&externalcontact.GroupChatListRequest{Limit: 1001})
	if codeOf(err) == 0 {
		t.Errorf("1001 groups: %v", err)
	}
}

func silenceperJoinWays(t *testing.T, p sp) {
	c := p.contact()
	chat := p.group("li", "茶友", p.friend("li", "陈晨"))
	made, err := c.AddJoinWay(&externalcontact.AddJoinWayRequest{
		Scene: 2, Remark: "门口", AutoCreateRoom: 1, RoomBaseName: "茶友", RoomBaseID: 10, ChatIDList: []string{chat}, State: "door",
	})
	must(t, "add", err)
	ask := &externalcontact.JoinWayConfigRequest{ConfigID: made.ConfigID}
	got, err := c.GetJoinWay(ask)
	must(t, "get", err)
	code := got.JoinWay.QrCode
	want := externalcontact.JoinWay{
		ConfigID: made.ConfigID, Scene: 2, Remark: "门口", AutoCreateRoom: 1, RoomBaseName: "茶友", RoomBaseID: 10, ChatIDList: []string{chat}, QrCode: code, State: "door",
	}
	equal(t, "join way", got.JoinWay, want)
	who := p.customer("林琳")
	p.act("join_group", obj{"who": who, "config_id": made.ConfigID})
	detail, err := c.GetGroupChatDetail(&externalcontact.GroupChatDetailRequest{ChatID: chat, NeedName: 1})
	must(t, "group", err)
	for _, m := range detail.GroupChat.MemberList {
		if m.UserID == who {
			equal(t, "who came by the code", []any{m.JoinScene, m.State}, []any{3, "door"})
		}
	}
	must(t, "update", c.UpdateJoinWay(&externalcontact.UpdateJoinWayRequest{ConfigID: made.ConfigID, Scene: 2, Remark: "窗口", ChatIDList: []string{chat}, State: "window"}))
	got, err = c.GetJoinWay(ask)
	must(t, "get again", err)
	equal(t, "updated join way", []any{got.JoinWay.Remark, got.JoinWay.State, got.JoinWay.AutoCreateRoom}, []any{"窗口", "window", 0})
	must(t, "delete", c.DelJoinWay(ask))
	_, err = c.GetJoinWay(ask)
	refused(t, "deleted join way", err, 41044)
}

func silenceperTransfer(t *testing.T, p sp) {
	c := p.contact()
	one, two := p.friend("li", "陈晨"), p.friend("li", "林琳")
	ask := &externalcontact.TransferCustomerRequest{HandoverUserID: "li", TakeoverUserID: "wang", ExternalUserID: []string{one, two, "wmnobody"}, TransferSuccessMsg: "您好，我是王芳"}
	done, err := c.TransferCustomer(ask)
	must(t, "transfer", err)
	codes := map[string]int{}
	for _, x := range done.Customer {
		codes[x.ExternalUserID] = x.ErrCode
	}
	equal(t, "transfer", codes, map[string]int{one: 0, two: 0, "wmnobody": codes["wmnobody"]})
	if codes["wmnobody"] == 0 {
		t.Error("nobody is transferred")
	}
	p.act("refuse_transfer", obj{"external_userid": two})
	p.advance(24*time.Hour + time.Minute)
	after := newWork(secret).GetExternalContact() // the token is over
	state, err := after.TransferResult(&externalcontact.TransferResultRequest{HandoverUserID: "li", TakeoverUserID: "wang"})
	must(t, "result", err)
	status := map[string]int{}
	for _, x := range state.Customer {
		status[x.ExternalUserID] = x.Status
	}
	equal(t, "result", status, map[string]int{one: 1, two: 3})
	got, err := after.GetExternalUserDetail(one)
	must(t, "customer", err)
	equal(t, "taken over", []any{got.FollowUser[0].UserID, got.FollowUser[0].AddWay}, []any{"wang", int64(202)})
	chat := p.group("li", "茶友", two)
	moved, err := after.GroupChatOnJobTransfer(&externalcontact.GroupChatOnJobTransferRequest{ChatIDList: []string{chat, "wrnone"}, NewOwner: "wang"})
	must(t, "groups", err)
	equal(t, "groups that stay", []any{len(moved.FailedChatList), moved.FailedChatList[0].ChatID}, []any{1, "wrnone"})
	_, err = after.TransferCustomer(&externalcontact.TransferCustomerRequest{HandoverUserID: "li", TakeoverUserID: "nobody", ExternalUserID: []string{two}})
	refused(t, "to nobody", err, 40003)
}

func silenceperResigned(t *testing.T, p sp) {
	c := p.contact()
	who := p.friend("li", "陈晨")
	chat := p.group("li", "茶友", who)
	p.act("resign", obj{"userid": "li"})
	list, err := c.GetUnassignedList(&externalcontact.GetUnassignedListRequest{PageSize: 100})
	must(t, "unassigned", err)
	equal(t, "unassigned", []any{len(list.Info), list.Info[0].HandoverUserID, list.Info[0].ExternalUserID, list.IsLast}, []any{1, "li", who, true})
	done, err := c.ResignedTransferCustomer(&externalcontact.ResignedTransferCustomerRequest{HandoverUserID: "li", TakeoverUserID: "wang", ExternalUserID: []string{who}})
	must(t, "transfer", err)
	equal(t, "transfer", done.Customer, []externalcontact.TransferCustomerItem{{ExternalUserID: who}})
	state, err := c.ResignedTransferResult(&externalcontact.ResignedTransferResultRequest{HandoverUserID: "li", TakeoverUserID: "wang"})
	must(t, "result", err)
	equal(t, "result", []any{state.Customer[0].ExternalUserID, state.Customer[0].Status}, []any{who, 2})
	soon(t, "completes", state.Customer[0].TakeoverTime, p.now().Add(24*time.Hour))
	moved, err := c.GroupChatTransfer(&externalcontact.GroupChatTransferRequest{ChatIDList: []string{chat}, NewOwner: "wang"})
	must(t, "groups", err)
	equal(t, "groups that stay", len(moved.FailedChatList), 0)
	_, err = c.ResignedTransferCustomer(&externalcontact.ResignedTransferCustomerRequest{HandoverUserID: "wang", TakeoverUserID: "zhao", ExternalUserID: []string{who}})
	refused(t, "still here", err, 40097)
}

func silenceperStatistics(t *testing.T, p sp) {
	who := p.friend("li", "陈晨")
	chat := p.group("li", "茶友", who)
	p.act("send_text", obj{"from": who, "to": "li", "text": "在吗"})
	p.act("send_text", obj{"from": "li", "to": who, "text": "在"})
	p.act("say_in_group", obj{"chat_id": chat, "who": who, "text": "早"})
	day := p.now()
	p.advance(24 * time.Hour)
	c := newWork(secret).GetExternalContact()
	from := int(day.Unix())
	data, err := c.GetUserBehaviorData(&externalcontact.GetUserBehaviorRequest{UserID: []string{"li"}, StartTime: from, EndTime: from})
	must(t, "behaviour", err)
	b := data[0]
	equal(t, "behaviour", []any{len(data), b.ChatCnt, b.MessageCnt, b.ReplyPercentage, b.NewContactCnt}, []any{1, 1, 1, 100.0, 1})
	owner := externalcontact.OwnerFilter{UseridList: []string{"li"}}
	groups, err := c.GetGroupChatStat(&externalcontact.GetGroupChatStatRequest{DayBeginTime: from, OwnerFilter: owner, OrderBy: 1, Limit: 100})
	must(t, "groups", err)
	g := groups.Items[0]
	equal(t, "groups", []any{groups.Total, g.Owner, g.Data.ChatTotal, g.Data.NewChatCnt, g.Data.MemberTotal, g.Data.MsgTotal}, []any{1, "li", 1, 1, 2, 1})
	days, err := c.GetGroupChatStatByDay(&externalcontact.GetGroupChatStatByDayRequest{DayBeginTime: from, OwnerFilter: owner})
	must(t, "groups by day", err)
	equal(t, "groups by day", []any{len(days), days[0].Data.MsgTotal}, []any{1, 1})
	_, err = c.GetUserBehaviorData(&externalcontact.GetUserBehaviorRequest{UserID: []string{"li"}, StartTime: from - 40*86400, EndTime: from})
	if codeOf(err) == 0 {
		t.Errorf("40 days: %v", err)
	}
}

func silenceperLinks(t *testing.T, p sp) {
	c := p.contact()
	in := externalcontact.CustomerAcquisitionRange{UserList: []string{"li"}, DepartmentList: []int64{}}
	made, err := c.CreateCustomerAcquisitionLink(&externalcontact.CreateCustomerAcquisitionLinkRequest{LinkName: "抖音", Range: in, SkipVerify: true})
	must(t, "create", err)
	id := made.Link.LinkID
	equal(t, "link", made.Link.LinkName, "抖音")
	soon(t, "made", made.Link.CreateTime, p.now())
	_, err = c.UpdateCustomerAcquisitionLink(&externalcontact.UpdateCustomerAcquisitionLinkRequest{LinkID: id, LinkName: "抖音二", Range: in, SkipVerify: true})
	must(t, "update", err)
	got, err := c.GetCustomerAcquisition(&externalcontact.GetCustomerAcquisitionRequest{LinkID: id})
	must(t, "get", err)
	equal(t, "got", []any{got.Link.LinkName, got.Link.URL, got.Range.UserList, got.SkipVerify}, []any{"抖音二", made.Link.URL, []string{"li"}, true})
	list, err := c.ListLink(&externalcontact.ListLinkRequest{Limit: 100})
	must(t, "list", err)
	equal(t, "list", list.LinkIDList, []string{id})

	quota, err := c.CustomerAcquisitionQuota()
	must(t, "quota", err)
	who := p.customer("陈晨")
	p.act("scan", obj{"external_userid": who, "code": made.Link.URL + "?customer_channel=dy-01"})
	left, err := c.CustomerAcquisitionQuota()
	must(t, "quota again", err)
	equal(t, "quota", []any{left.Total, left.Balance, left.QuotaList[0].Balance}, []any{quota.Total, quota.Balance - 1, quota.QuotaList[0].Balance - 1})
	p.act("send_text", obj{"from": who, "to": "li", "text": "你好"})
	came, err := c.GetCustomerInfoWithCustomerAcquisitionLink(&externalcontact.GetCustomerInfoWithCustomerAcquisitionLinkRequest{LinkID: id, Limit: 100})
	must(t, "customers", err)
	equal(t, "customers", came.CustomerList, []externalcontact.CustomerList{{ExternalUserid: who, Userid: "li", ChatStatus: 1, State: "dy-01"}})
	n, err := c.CustomerAcquisitionStatistic(&externalcontact.CustomerAcquisitionStatisticRequest{LinkID: id, StartTime: p.now().Unix(), EndTime: p.now().Unix()})
	must(t, "statistic", err)
	equal(t, "statistic", []any{n.ClickLinkCustomerCnt, n.NewCustomerCnt}, []any{int64(1), int64(1)})
	_, err = c.DeleteCustomerAcquisitionLink(&externalcontact.DeleteCustomerAcquisitionLinkRequest{LinkID: id})
	must(t, "delete", err)
	if _, err := c.GetCustomerAcquisition(&externalcontact.GetCustomerAcquisitionRequest{LinkID: id}); codeOf(err) == 0 {
		t.Errorf("deleted link: %v", err)
	}
}
