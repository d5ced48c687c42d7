package wecom

import (
	"net/url"
	"slices"
	"testing"

	"github.com/xen0n/go-workwx"
)

func workwxCustomers(t *testing.T, w wx) {
	following, err := w.ExternalContactListFollowUser()
	must(t, "follow users", err)
	equal(t, "follow users", following.FollowUser, []string{"li", "wang", "zhao"})
	who := w.friend("li", "陈晨")
	list, err := w.ListExternalContact("li")
	must(t, "customers", err)
	equal(t, "customers", list, []string{who})
	_, err = w.ListExternalContact("wang")
	refused(t, "customers of a member without any", err, 84061)
	must(t, "remark", w.RemarkExternalContact(&workwx.ExternalContactRemark{
		Userid: "li", ExternalUserid: who, Remark: "陈小姐", Description: "喜欢乌龙", RemarkMobiles: []string{"13700000000"}, RemarkCompany: "茶社",
	}))
	w.act("edit_personal_tags", obj{"userid": "li", "external_userid": who, "tags": []string{"老友"}})
	info, err := w.GetExternalContact(who)
	must(t, "customer", err)
	c, f := info.ExternalContact, info.FollowUser[0]
	equal(t, "customer", []any{c.ExternalUserid, c.Name, c.Type, c.Gender}, []any{who, "陈晨", workwx.ExternalUserTypeWeChat, workwx.UserGenderFemale})
	equal(t, "follower", []any{f.UserID, f.Remark, f.Description, f.RemarkMobiles, f.RemarkCorpName, f.AddWay, len(info.FollowUser)},
		[]any{"li", "陈小姐", "喜欢乌龙", []string{"13700000000"}, "茶社", workwx.FollowUserAddWayCard, 1})
	equal(t, "tags", f.Tags, []workwx.FollowUserTag{{TagName: "老友", Type: workwx.FollowUserTagTypeUser}})
	soon(t, "added", int64(f.Createtime), w.now())
	_, err = w.GetExternalContact("wmnobody")
	refused(t, "unknown customer", err, 40096)

	// This SDK sends userid, as the call had it before 2021, and not userid_list.
	_, err = w.BatchListExternalContact("li", "", 100)
	refused(t, "customers in a batch", err, 41009)

	friend := w.act("add_customer", obj{"name": "林工", "type": 2, "corp": "云山科技", "position": "采购"})["external_userid"].(string)
	w.act("add", obj{"userid": "li", "external_userid": friend})
	info, err = w.GetExternalContact(friend)
	must(t, "customer of WeCom", err)
	equal(t, "customer of WeCom", []any{info.ExternalContact.Type, info.ExternalContact.CorpName, info.ExternalContact.Position},
		[]any{workwx.ExternalUserTypeWorkWeChat, "云山科技", "采购"})
	refused(t, "remark without a relation", w.RemarkExternalContact(&workwx.ExternalContactRemark{Userid: "wang", ExternalUserid: who, Remark: "x"}), 84061)
}

func workwxContactWays(t *testing.T, w wx) {
	none := workwx.Conclusions{}
	way, err := w.ExternalContactAddContact(2, 2, 0, "门店一", true, "shop-1", []string{"li", "wang"}, []int{}, false, 0, 0, "", none)
	must(t, "add", err)
	if way.ConfigID == "" || way.QRCode == "" {
		t.Errorf("added %+v", way)
	}
	got, err := w.ExternalContactGetContactWay(way.ConfigID)
	must(t, "get", err)
	want := workwx.ExternalContactWay{Type: 2, Scene: 2, Remark: "门店一", SkipVerify: true, State: "shop-1", User: []string{"li", "wang"}}
	got.ExpiresIn, got.ChatExpiresIn = 0, 0
	if len(got.Party) == 0 {
		got.Party = nil
	}
	equal(t, "way", *got, workwx.ExternalContactContactWay{ConfigID: way.ConfigID, QRCode: way.QRCode, ExternalContactWay: want})

	must(t, "update", w.ExternalContactUpdateContactWay(way.ConfigID, "门店二", false, 0, "shop-2", []string{"wang"}, []int{}, 0, 0, "", none))
	got, err = w.ExternalContactGetContactWay(way.ConfigID)
	must(t, "get again", err)
	equal(t, "updated way", []any{got.Remark, got.SkipVerify, got.State, got.User}, []any{"门店二", false, "shop-2", []string{"wang"}})
	list, err := w.ExternalContactListContactWayChat(0, 0, "", 100)
	must(t, "list", err)
	equal(t, "listed", []any{len(list.ContactWay), list.ContactWay[0].ConfigID}, []any{1, way.ConfigID})

	closing := workwx.Conclusions{Text: workwx.Text{Content: "再见"}, Link: workwx.Link{Title: "官网", URL: "https://example.com"}}
	temp, err := w.ExternalContactAddContact(1, 2, 0, "临时", true, "t", []string{"li"}, []int{}, true, 86400, 3600, "", closing)
	must(t, "add temporary", err)
	got, err = w.ExternalContactGetContactWay(temp.ConfigID)
	must(t, "get temporary", err)
	equal(t, "temporary way", []any{got.IsTemp, got.ExpiresIn, got.ChatExpiresIn, got.Conclusions.Text.Content, got.Conclusions.Link.Title},
		[]any{true, 86400, 3600, "再见", "官网"})
	who := w.customer("陈晨")
	w.act("scan", obj{"external_userid": who, "code": temp.ConfigID})
	must(t, "close temporary chat", w.ExternalContactCloseTempChat("li", who))

	must(t, "delete", w.ExternalContactDelContactWay(way.ConfigID))
	_, err = w.ExternalContactGetContactWay(way.ConfigID)
	refused(t, "deleted way", err, 41044)
	_, err = w.ExternalContactAddContact(3, 2, 0, "", true, "", []string{"li"}, nil, false, 0, 0, "", none)
	refused(t, "type 3", err, 41039)
	_, err = w.ExternalContactAddContact(1, 4, 0, "", true, "", []string{"li"}, nil, false, 0, 0, "", none)
	refused(t, "scene 4", err, 41040)
}

func workwxTags(t *testing.T, w wx) {
	made, err := w.AddExternalContactCorpTag(workwx.ExternalContactAddCorpTagGroup{
		GroupName: "等级", Order: 3, Tag: []workwx.ExternalContactAddCorpTag{{Name: "金卡", Order: 2}, {Name: "银卡", Order: 1}},
	})
	must(t, "add", err)
	equal(t, "group", []any{made.GroupName, made.Order, len(made.Tag), made.Tag[0].Name, made.Tag[0].Order}, []any{"等级", uint32(3), 2, "金卡", uint32(2)})
	soon(t, "made", int64(made.CreateTime), w.now())
	gold, silver := made.Tag[0].ID, made.Tag[1].ID
	must(t, "edit", w.EditExternalContactCorpTag(silver, "白银卡", 7))
	all, err := w.ListExternalContactCorpTags()
	must(t, "list", err)
	equal(t, "groups", []any{len(all), all[0].GroupID, len(all[0].Tag)}, []any{1, made.GroupID, 2})
	some, err := w.ListExternalContactCorpTags(silver)
	must(t, "list by id", err)
	tag := some[0].Tag[0]
	equal(t, "tag", []any{tag.ID, tag.Name, tag.Order, tag.Deleted}, []any{silver, "白银卡", uint32(7), false})
	_, err = w.AddExternalContactCorpTag(workwx.ExternalContactAddCorpTagGroup{GroupName: "等级", Tag: []workwx.ExternalContactAddCorpTag{{Name: "金卡"}}})
	refused(t, "a name twice", err, 40071)

	who := w.friend("li", "陈晨")
	must(t, "mark", w.MarkExternalContactTag("li", who, []string{gold, silver}, nil))
	must(t, "unmark", w.MarkExternalContactTag("li", who, nil, []string{silver}))
	info, err := w.GetExternalContact(who)
	must(t, "customer", err)
	equal(t, "tags", info.FollowUser[0].Tags, []workwx.FollowUserTag{{GroupName: "等级", TagName: "金卡", Type: workwx.FollowUserTagTypeWork}})
	refused(t, "unknown tag", w.MarkExternalContactTag("li", who, []string{"etnone"}, nil), 40068)
	refused(t, "not a customer of his", w.MarkExternalContactTag("wang", who, []string{gold}, nil), 84061)
	must(t, "delete tag", w.DelExternalContactCorpTag([]string{gold}, nil))
	must(t, "delete group", w.DelExternalContactCorpTag(nil, []string{made.GroupID}))
	all, err = w.ListExternalContactCorpTags()
	must(t, "list again", err)
	equal(t, "groups left", len(all), 0)
}

func workwxWelcome(t *testing.T, w wx) {
	heard := listen(t, w.sim)
	way, err := w.ExternalContactAddContact(1, 2, 0, "", true, "door", []string{"li"}, nil, false, 0, 0, "", workwx.Conclusions{})
	must(t, "code", err)
	who := w.customer("陈晨")
	w.act("scan", obj{"external_userid": who, "code": way.ConfigID})
	code := heard.welcomeCode(t, w.sim, who)
	picture := workwx.Attachments{MsgType: workwx.AttachmentMsgTypeImage, Image: workwx.Image{MediaID: w.image(t)}}
	link := workwx.Attachments{MsgType: workwx.AttachmentMsgTypeLink, Link: workwx.Link{Title: "官网", URL: "https://example.com"}}
	must(t, "welcome", w.SendWelcomeMsg(code, workwx.Text{Content: "欢迎"}, []workwx.Attachments{picture, link}))
	refused(t, "welcome again", w.SendWelcomeMsg(code, workwx.Text{Content: "欢迎"}, nil), 41051)
	refused(t, "no such code", w.SendWelcomeMsg("none", workwx.Text{Content: "欢迎"}, nil), 41050)
	got := w.read("welcomes", url.Values{"external_userid": {who}})["list"].([]any)
	if len(got) != 1 || !hasText(got[0], "欢迎") {
		t.Errorf("on the phone %v", got)
	}
}

// hasText says whether a message shown by the control API carries these words.
func hasText(message any, words string) bool {
	switch v := message.(type) {
	case string:
		return v == words
	case obj:
		for _, x := range v {
			if hasText(x, words) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return hasText(x, words) })
	}
	return false
}
