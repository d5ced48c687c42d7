package wecom

import (
	"context"
	"encoding/json"
)

// Origins of a customer-service message.
const (
	KfFromCustomer = 3
	KfFromSystem   = 4
	KfFromStaff    = 5
)

type kfSession struct {
	OpenKfID       string `json:"open_kfid"`
	ExternalUserID string `json:"external_userid"`
	ServiceState   *int   `json:"service_state,omitempty"`
	ServicerUserID string `json:"servicer_userid,omitempty"`
}

// KfServiceState reads the state of a conversation and who serves it.
func (c *Client) KfServiceState(ctx context.Context, account, external string) (state int, servicer string, err error) {
	a, err := read[struct {
		State    int    `json:"service_state"`
		Servicer string `json:"servicer_userid"`
	}](ctx, c, "/kf/service_state/get", kfSession{OpenKfID: account, ExternalUserID: external})
	return a.State, a.Servicer, err
}

// KfServiceStateTrans moves a conversation; KfHuman needs a servicer. The code lets one
// message out through KfSendMsgOnEvent.
func (c *Client) KfServiceStateTrans(ctx context.Context, account, external string, state int, servicer string) (string, error) {
	a, err := write[struct {
		MsgCode string `json:"msg_code"`
	}](ctx, c, "/kf/service_state/trans", kfSession{account, external, &state, servicer})
	return a.MsgCode, err
}

// KfSync asks for messages after a cursor. "" is the oldest of three days. Token is from
// the callback; without it calls are throttled hard.
type KfSync struct {
	Cursor      string `json:"cursor,omitempty"`
	Token       string `json:"token,omitempty"`
	Limit       int    `json:"limit,omitempty"` // 1,000 at most and by default
	VoiceFormat int    `json:"voice_format,omitempty"`
	OpenKfID    string `json:"open_kfid,omitempty"`
}

// KfMsg is a message or an event. Raw is the whole of it; the content is under the name in
// MsgType.
type KfMsg struct {
	MsgID          string          `json:"msgid"`
	OpenKfID       string          `json:"open_kfid"`
	ExternalUserID string          `json:"external_userid"`
	SendTime       Unix            `json:"send_time"`
	Origin         int             `json:"origin"` // KfFromCustomer, KfFromSystem, KfFromStaff
	ServicerUserID string          `json:"servicer_userid"`
	MsgType        string          `json:"msgtype"`
	Event          *KfEvent        `json:"event"` // with MsgType "event"
	Raw            json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the whole message beside its fields. Where the message is not as
// documented fields stay zero: one message of a new form must not hold up a page of others.
func (m *KfMsg) UnmarshalJSON(raw []byte) error {
	type plain KfMsg
	_ = json.Unmarshal(raw, (*plain)(m)) // what could be read is in m, and all is in Raw
	m.Raw = append(json.RawMessage(nil), raw...)
	return nil
}

// KfEvent is what happened in a conversation. Fields that its type does not have are zero.
type KfEvent struct {
	EventType         string `json:"event_type"`
	OpenKfID          string `json:"open_kfid"`
	ExternalUserID    string `json:"external_userid"`
	Scene             string `json:"scene"`
	SceneParam        string `json:"scene_param"`
	WelcomeCode       string `json:"welcome_code"`
	FailMsgID         string `json:"fail_msgid"`
	FailType          int    `json:"fail_type"`
	ServicerUserID    string `json:"servicer_userid"`
	Status            int    `json:"status"`
	ChangeType        int    `json:"change_type"` // 1 in, 2 transfer, 3 end, 4 re-open
	OldServicerUserID string `json:"old_servicer_userid"`
	NewServicerUserID string `json:"new_servicer_userid"`
	MsgCode           string `json:"msg_code"`
	RecallMsgID       string `json:"recall_msgid"`
}

// KfMsgPage is a page of messages. It may be empty and still have more.
type KfMsgPage struct {
	NextCursor string  `json:"next_cursor"`
	HasMore    int     `json:"has_more"`
	List       []KfMsg `json:"msg_list"`
}

// KfSyncMsg reads messages and events. What KfSendMsg sent is not among them.
func (c *Client) KfSyncMsg(ctx context.Context, s KfSync) (KfMsgPage, error) {
	return read[KfMsgPage](ctx, c, "/kf/sync_msg", s)
}

// KfOutgoing is a message to a customer. With MsgID set the platform takes it once. One body
// field is set, the one MsgType names.
type KfOutgoing struct {
	ToUser      string        `json:"touser,omitempty"`
	OpenKfID    string        `json:"open_kfid,omitempty"`
	Code        string        `json:"code,omitempty"` // for KfSendMsgOnEvent
	MsgID       string        `json:"msgid,omitempty"`
	MsgType     string        `json:"msgtype,omitempty"`
	Text        *TextContent  `json:"text,omitempty"`
	Image       *MediaContent `json:"image,omitempty"`
	Voice       *MediaContent `json:"voice,omitempty"`
	Video       *MediaContent `json:"video,omitempty"`
	File        *MediaContent `json:"file,omitempty"`
	Link        any           `json:"link,omitempty"`
	MiniProgram any           `json:"miniprogram,omitempty"`
	Menu        any           `json:"msgmenu,omitempty"`
	Location    any           `json:"location,omitempty"`
}

// KfSendMsg sends a message: five for each of the customer's, within 48 hours.
func (c *Client) KfSendMsg(ctx context.Context, m KfOutgoing) (string, error) {
	a, err := write[msgQuery](ctx, c, "/kf/send_msg", m)
	return a.MsgID, err
}

// KfSendMsgOnEvent sends the one message that an event's code allows.
func (c *Client) KfSendMsgOnEvent(ctx context.Context, m KfOutgoing) (string, error) {
	a, err := write[msgQuery](ctx, c, "/kf/send_msg_on_event", m)
	return a.MsgID, err
}
