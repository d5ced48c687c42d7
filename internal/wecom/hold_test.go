package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yutang/internal/clock"
	"yutang/internal/job"
)

// While calls are held nothing is changed and nobody is reached; reading goes on.
func TestHold_RefusesWhatChangesAndLetsReadingThrough(t *testing.T) {
	t.Parallel()
	var asked []string
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		_, _ = w.Write([]byte(`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`))
	}))
	defer platform.Close()
	clk := clock.NewManual(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))
	why := errors.New("a restored copy")
	c := New(Config{BaseURL: platform.URL, CorpID: "ww1", Secret: "s", Clock: clk, Hold: func() error { return why }})
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"message":  func() error { _, err := c.MessageSend(ctx, AppMessage{ToUser: "a", MsgType: "text"}); return err },
		"welcome":  func() error { return c.SendWelcomeMsg(ctx, WelcomeMsg{WelcomeCode: "w"}) },
		"mark tag": func() error { return c.MarkTag(ctx, "a", "wm", []string{"et"}, nil) },
		"del code": func() error { return c.DelContactWay(ctx, "id") },
		"transfer": func() error { _, err := c.TransferCustomer(ctx, Transfer{}); return err },
	} {
		err := call()
		var later *job.Later
		if !Unsent(err) || ClassOf(err) != NotSent || !errors.As(err, &later) || !strings.Contains(err.Error(), why.Error()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(asked) > 0 {
		t.Errorf("the platform was asked: %v", asked)
	}
	if _, err := c.ExternalContactGet(ctx, "wm", ""); err != nil {
		t.Error(err)
	}
	why = nil
	if err := c.DelContactWay(ctx, "id"); err != nil {
		t.Error(err)
	}
}

func TestChanges_KnowsWhatOnlyReads(t *testing.T) {
	t.Parallel()
	reading := []string{
		"/externalcontact/batch/get_by_user", "/externalcontact/get_corp_tag_list", "/externalcontact/get_groupmsg_list_v2",
		"/externalcontact/get_groupmsg_task", "/externalcontact/get_groupmsg_send_result", "/externalcontact/get_moment_list",
		"/externalcontact/list_contact_way", "/externalcontact/get_contact_way", "/externalcontact/transfer_result",
		"/externalcontact/resigned/transfer_result", "/externalcontact/get_unassigned_list", "/externalcontact/groupchat/list",
		"/externalcontact/groupchat/get", "/externalcontact/groupchat/statistic", "/externalcontact/groupchat/statistic_group_by_day",
		"/externalcontact/customer_acquisition/list_link", "/externalcontact/customer_acquisition/customer",
		"/externalcontact/opengid_to_chatid", "/externalcontact/unionid_to_external_userid", "/externalcontact/convert_to_openid",
		"/kf/sync_msg", "/kf/account/list", "/kf/service_state/get", "/kf/customer/batchget", "/msgaudit/check_single_agree",
		"/msgaudit/groupchat/get", "/user/list_id", "/user/getuserid", "/auth/getuserdetail",
	}
	for _, p := range reading {
		if changes(http.MethodPost, p) {
			t.Errorf("%s only reads", p)
		}
	}
	changing := []string{
		"/externalcontact/add_msg_template", "/externalcontact/remind_groupmsg_send", "/externalcontact/cancel_groupmsg_send",
		"/externalcontact/add_moment_task", "/externalcontact/mark_tag", "/externalcontact/remark", "/externalcontact/update_contact_way",
		"/externalcontact/transfer_customer", "/externalcontact/groupchat/transfer", "/externalcontact/groupchat/onjob_transfer",
		"/externalcontact/close_temp_chat", "/externalcontact/send_welcome_msg", "/message/send", "/message/recall", "/kf/send_msg",
		"/kf/send_msg_on_event", "/kf/service_state/trans", "/kf/add_contact_way", "/media/upload", "/media/upload_attachment",
		"/externalcontact/customer_acquisition/delete_link", "/externalcontact/group_welcome_template/add", "/something/new",
	}
	for _, p := range changing {
		if !changes(http.MethodPost, p) {
			t.Errorf("%s changes something", p)
		}
	}
}
