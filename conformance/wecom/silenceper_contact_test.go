package wecom

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/work/externalcontact"
)

func silenceperCustomers(t *testing.T, p sp) {
	c := p.contact()
	following, err := c.GetFollowUserList()
	must(t, "follow users", err)
	equal(t, "follow users", following, []string{"li", "wang", "zhao"})
	who := p.friend("li", "陈晨")
	list, err := c.GetExternalUserList("li")
	must(t, "customers", err)
	equal(t, "customers", list, []string{who})
	_, err = c.GetExternalUserList("wang")
	refused(t, "customers of a member without any", err, 84061)
	_, err = c.GetExternalUserList("nobody")
	refused(t, "customers of nobody", err, 40003)
	must(t, "remark", c.UpdateUserRemark(externalcontact.UpdateUserRemarkRequest{
		UserID: "li", ExternalUserID: who, Remark: "陈小姐", Description: "喜欢乌龙", RemarkMobiles: []string{"13700000000"}, RemarkCompany: "茶社",
	}))
	tag := p.act("create_tag", obj{"group": "等级", "name": "金卡"})["id"].(string)
	p.act("edit_tags", obj{"userid": "li", "external_userid": who, "add": []string{tag}})
	got, err := c.GetExternalUserDetail(who)
	must(t, "customer", err)
	e, f := got.ExternalContact, got.FollowUser[0]
	equal(t, "customer", []any{e.ExternalUserID, e.Name, e.Type, e.Gender, e.UnionID != "", got.NextCursor}, []any{who, "陈晨", int64(1), int64(2), true, ""})
	equal(t, "follower", []any{f.UserID, f.Remark, f.Description, f.RemarkMobiles, f.RemarkCorpName, f.AddWay, f.OperUserID, len(got.FollowUser)},
		[]any{"li", "陈小姐", "喜欢乌龙", []string{"13700000000"}, "茶社", int64(3), "li", 1})
	equal(t, "tags", f.Tags, []externalcontact.Tag{{GroupName: "等级", TagName: "金卡", Type: 1, TagID: tag}})
	soon(t, "added", f.CreateTime, p.now())
	_, err = c.GetExternalUserDetail("wmnobody")
	refused(t, "unknown customer", err, 40096)

	// This SDK takes external_profile for a text; it is an object.
	work := p.act("add_customer", obj{"name": "林工", "type": 2, "corp": "云山科技"})["external_userid"].(string)
	p.act("add", obj{"userid": "zhao", "external_userid": work})
	if _, err = c.GetExternalUserDetail(work); err == nil || !strings.Contains(err.Error(), "external_profile") {
		t.Errorf("a customer of WeCom: %v", err)
	}
	other := p.friend("wang", "林琳")
	batch, err := c.BatchGetExternalUserDetails(externalcontact.BatchGetExternalUserDetailsRequest{UserIDList: []string{"li", "wang"}, Limit: 100})
	must(t, "customers in a batch", err)
	equal(t, "batch", []any{len(batch), batch[0].ExternalContact.ExternalUserID, batch[0].FollowInfo.UserID, batch[0].FollowInfo.TagID, batch[1].ExternalContact.ExternalUserID},
		[]any{2, who, "li", []string{tag}, other})
	refused(t, "remark without a relation", c.UpdateUserRemark(externalcontact.UpdateUserRemarkRequest{UserID: "wang", ExternalUserID: who, Remark: "x"}), 84061)
}

func silenceperContactWays(t *testing.T, p sp) {
	c := p.contact()
	way, err := c.AddContactWay(&externalcontact.AddContactWayRequest{Type: 2, Scene: 2, Remark: "门店一", SkipVerify: true, State: "shop-1", User: []string{"li", "wang"}})
	must(t, "add", err)
	ask := &externalcontact.GetContactWayRequest{ConfigID: way.ConfigID}
	got, err := c.GetContactWay(ask)
	must(t, "get", err)
	g := got.ContactWay
	equal(t, "way", []any{g.ConfigID, g.QrCode, g.Type, g.Scene, g.Remark, g.SkipVerify, g.State, g.User, g.IsTemp},
		[]any{way.ConfigID, way.QrCode, 2, 2, "门店一", true, "shop-1", []string{"li", "wang"}, false})
	_, err = c.UpdateContactWay(&externalcontact.UpdateContactWayRequest{ConfigID: way.ConfigID, Remark: "门店二", State: "shop-2", User: []string{"wang"}})
	must(t, "update", err)
	got, err = c.GetContactWay(ask)
	must(t, "get again", err)
	g = got.ContactWay
	equal(t, "updated way", []any{g.Remark, g.SkipVerify, g.State, g.User}, []any{"门店二", false, "shop-2", []string{"wang"}})
	for range 2 {
		_, err = c.AddContactWay(&externalcontact.AddContactWayRequest{Type: 1, Scene: 1, Style: 1, User: []string{"li"}})
		must(t, "add more", err)
	}
	seen, cursor := 0, ""
	for range 3 {
		page, err := c.ListContactWay(&externalcontact.ListContactWayRequest{Limit: 2, Cursor: cursor})
		must(t, "list", err)
		seen, cursor = seen+len(page.ContactWay), page.NextCursor
		if cursor == "" {
			break
		}
	}
	equal(t, "listed", seen, 3)
	_, err = c.DelContactWay(&externalcontact.DelContactWayRequest{ConfigID: way.ConfigID})
	must(t, "delete", err)
	_, err = c.GetContactWay(ask)
	refused(t, "deleted way", err, 41044)
	_, err = c.AddContactWay(&externalcontact.AddContactWayRequest{Type: 1, Scene: 2, User: []string{"nobody"}})
	refused(t, "nobody's way", err, 40003)
	p.act("knobs", obj{"way_cap": 2})
	_, err = c.AddContactWay(&externalcontact.AddContactWayRequest{Type: 1, Scene: 2, User: []string{"li"}})
	refused(t, "one too many", err, 41045)
}

func silenceperTags(t *testing.T, p sp) {
	c := p.contact()
	made, err := c.AddCropTag(externalcontact.AddCropTagRequest{
		GroupName: "等级", Order: 3, AgentID: agentID, Tag: []externalcontact.AddCropTagItem{{Name: "金卡", Order: 2}, {Name: "银卡", Order: 1}},
	})
	must(t, "add", err)
	equal(t, "group", []any{made.GroupName, len(made.Tag), made.Tag[0].Name, made.Tag[0].Order}, []any{"等级", 2, "金卡", 2})
	gold, silver := made.Tag[0].ID, made.Tag[1].ID
	must(t, "edit", c.EditCropTag(externalcontact.EditCropTagRequest{ID: silver, Name: "白银卡", Order: 7}))
	refused(t, "a name twice", c.EditCropTag(externalcontact.EditCropTagRequest{ID: silver, Name: "金卡"}), 40071)
	who := p.friend("li", "陈晨")
	must(t, "mark", c.MarkTag(externalcontact.MarkTagRequest{UserID: "li", ExternalUserID: who, AddTag: []string{gold, silver}}))
	must(t, "unmark", c.MarkTag(externalcontact.MarkTagRequest{UserID: "li", ExternalUserID: who, RemoveTag: []string{gold}}))
	got, err := c.GetExternalUserDetail(who)
	must(t, "customer", err)
	equal(t, "tags", got.FollowUser[0].Tags, []externalcontact.Tag{{GroupName: "等级", TagName: "白银卡", Type: 1, TagID: silver}})
	refused(t, "unknown tag", c.MarkTag(externalcontact.MarkTagRequest{UserID: "li", ExternalUserID: who, AddTag: []string{"etnone"}}), 40068)
	must(t, "delete", c.DeleteCropTag(externalcontact.DeleteCropTagRequest{TagID: []string{gold}}))
	list, err := c.GetCropTagList(externalcontact.GetCropTagRequest{TagID: []string{gold, silver}})
	must(t, "list", err)
	deleted := map[string]bool{}
	for _, tag := range list[0].Tag {
		deleted[tag.ID] = tag.Deleted
	}
	equal(t, "deleted", deleted, map[string]bool{gold: true, silver: false})
	console := p.act("create_tag", obj{"group": "后台", "name": "手工"})["id"].(string)
	refused(t, "a tag of the console", c.DeleteCropTag(externalcontact.DeleteCropTagRequest{TagID: []string{console}}), 81011)
}

func silenceperRuleGroups(t *testing.T, p sp) {
	c := p.contact()
	made, err := c.CreateCustomerStrategy(&externalcontact.CreateCustomerStrategyRequest{
		StrategyName: "门店", AdminList: []string{"li"}, Range: []externalcontact.Range{{Type: 1, UserID: "wang"}, {Type: 2, PartyID: 2}},
		Privilege: externalcontact.Privilege{ViewCustomerList: true, ContactMe: true},
	})
	must(t, "create", err)
	id := made.StrategyID
	list, err := c.ListCustomerStrategy(&externalcontact.ListCustomerStrategyRequest{Limit: 10})
	must(t, "list", err)
	equal(t, "list", list.Strategy, []externalcontact.StrategyID{{StrategyID: id}})
	must(t, "edit", c.EditCustomerStrategy(&externalcontact.EditCustomerStrategyRequest{
		StrategyID: id, StrategyName: "门店组", AdminList: []string{"li"}, RangeAdd: []externalcontact.Range{{Type: 1, UserID: "zhao"}},
		Privilege: externalcontact.Privilege{ViewCustomerList: true, ContactMe: true},
	}))
	got, err := c.GetCustomerStrategy(&externalcontact.GetCustomerStrategyRequest{StrategyID: id})
	must(t, "get", err)
	equal(t, "rule group", []any{got.Strategy.StrategyName, got.Strategy.AdminList, got.Strategy.Privilege.ContactMe, got.Strategy.Privilege.JoinRoom},
		[]any{"门店组", []string{"li"}, true, false})
	within, err := c.GetRangeCustomerStrategy(&externalcontact.GetRangeCustomerStrategyRequest{StrategyID: id, Limit: 10})
	must(t, "range", err)
	equal(t, "range", len(within.Range), 3)

	tags, err := c.AddStrategyTag(&externalcontact.AddStrategyTagRequest{
		StrategyID: id, GroupName: "活动", Tag: []externalcontact.AddStrategyTagRequestItem{{Name: "周末"}, {Name: "节日"}},
	})
	must(t, "add tags", err)
	tag := tags.TagGroup.Tag[0]
	must(t, "edit tag", c.EditStrategyTag(&externalcontact.EditStrategyTagRequest{ID: tag.ID, Name: "周末品茶"}))
	all, err := c.GetStrategyTagList(&externalcontact.GetStrategyTagListRequest{StrategyID: id})
	must(t, "tags", err)
	equal(t, "tags", []any{len(all.TagGroup), all.TagGroup[0].GroupName, all.TagGroup[0].StrategyID, len(all.TagGroup[0].Tag)}, []any{1, "活动", id, 2})
	must(t, "delete tag", c.DelStrategyTag(&externalcontact.DelStrategyTagRequest{TagID: []string{tag.ID}}))
	must(t, "delete", c.DelCustomerStrategy(&externalcontact.DelCustomerStrategyRequest{StrategyID: id}))
	if _, err := c.GetCustomerStrategy(&externalcontact.GetCustomerStrategyRequest{StrategyID: id}); codeOf(err) == 0 {
		t.Errorf("deleted rule group: %v", err)
	}
}

func silenceperWelcome(t *testing.T, p sp) {
	heard, c := listen(t, p.sim), p.contact()
	way, err := c.AddContactWay(&externalcontact.AddContactWayRequest{Type: 1, Scene: 2, State: "door", SkipVerify: true, User: []string{"li"}})
	must(t, "code", err)
	who := p.customer("陈晨")
	p.act("scan", obj{"external_userid": who, "code": way.ConfigID})
	code := heard.welcomeCode(t, p.sim, who)
	picture := &externalcontact.Attachment{MsgType: "image", Image: externalcontact.AttachmentImg{MediaID: p.media(t, "a.png", "image")}}
	mini := &externalcontact.Attachment{MsgType: "miniprogram", MiniProgram: externalcontact.AttachmentMiniProgram{
		Title: "商城", PicMediaID: p.media(t, "a.png", "image"), AppID: "wx0000000000000001", Page: "pages/index",
	}}
	ask := &externalcontact.SendWelcomeMsgRequest{WelcomeCode: code, Text: externalcontact.MsgText{Content: "欢迎"}, Attachments: []*externalcontact.Attachment{picture, mini}}
	p.act("knobs", obj{"welcome_busy": 1})
	refused(t, "another app is sending", c.SendWelcomeMsg(ask), 41096)
	must(t, "welcome", c.SendWelcomeMsg(ask))
	refused(t, "welcome again", c.SendWelcomeMsg(ask), 41051)
	got := p.read("welcomes", url.Values{"external_userid": {who}})["list"].([]any)
	if len(got) != 1 || !hasText(got, "欢迎") || !hasText(got, "商城") {
		t.Errorf("on the phone %v", got)
	}
	late := p.customer("林琳")
	p.act("scan", obj{"external_userid": late, "code": way.ConfigID})
	ask.WelcomeCode = heard.welcomeCode(t, p.sim, late)
	p.advance(21 * time.Second)
	refused(t, "after 20 seconds", c.SendWelcomeMsg(ask), 41050)
}

func silenceperGroupWelcome(t *testing.T, p sp) {
	c := p.contact()
	link := &externalcontact.AttachmentLink{Title: "群规", URL: "https://example.com"}
	made, err := c.AddGroupWelcomeTemplate(&externalcontact.AddGroupWelcomeTemplateRequest{Text: externalcontact.MsgText{Content: "欢迎入群"}, Link: link, Notify: 1})
	must(t, "add", err)
	ask := &externalcontact.GetGroupWelcomeTemplateRequest{TemplateID: made.TemplateID}
	got, err := c.GetGroupWelcomeTemplate(ask)
	must(t, "get", err)
	equal(t, "template", []any{got.Text.Content, got.Link.Title, got.Link.URL}, []any{"欢迎入群", "群规", "https://example.com"})
	must(t, "edit", c.EditGroupWelcomeTemplate(&externalcontact.EditGroupWelcomeTemplateRequest{
		TemplateID: made.TemplateID, Text: externalcontact.MsgText{Content: "你好"}, Image: &externalcontact.AttachmentImg{MediaID: p.media(t, "a.png", "image")},
	}))
	got, err = c.GetGroupWelcomeTemplate(ask)
	must(t, "get again", err)
	equal(t, "edited template", []any{got.Text.Content, got.Image.MediaID+got.Image.PicURL != ""}, []any{"你好", true})
	must(t, "delete", c.DelGroupWelcomeTemplate(&externalcontact.DelGroupWelcomeTemplateRequest{TemplateID: made.TemplateID}))
	if _, err := c.GetGroupWelcomeTemplate(ask); codeOf(err) == 0 {
		t.Errorf("deleted template: %v", err)
	}
}
