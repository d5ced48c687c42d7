package wecom

import "context"

// Kinds of chats a mass message goes to.
const (
	ChatSingle = "single"
	ChatGroup  = "group"
)

// States of a member's task of a mass message.
const (
	TaskUnsent = 0
	TaskSent   = 2
)

// Results of a mass message for one recipient.
const (
	SendUnsent     = 0
	SendDone       = 1
	SendNotFriends = 2
	SendQuota      = 3 // the customer already got another mass message
)

// MsgTemplate asks members to send a message. Nothing is sent before they confirm.
// Recipients are External (10,000 at most), ChatIDList, or all of Sender's.
type MsgTemplate struct {
	ChatType    string       `json:"chat_type,omitempty"` // ChatSingle is the default
	External    []string     `json:"external_userid,omitempty"`
	ChatIDList  []string     `json:"chat_id_list,omitempty"`
	TagFilter   *TagFilter   `json:"tag_filter,omitempty"`
	Sender      string       `json:"sender,omitempty"` // required for ChatGroup
	AllowSelect bool         `json:"allow_select,omitempty"`
	Text        *TextContent `json:"text,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// TagFilter selects customers: any tag of a list, in every list.
type TagFilter struct {
	GroupList []TagList `json:"group_list,omitempty"`
}

// TagList is one list of a TagFilter.
type TagList struct {
	TagList []string `json:"tag_list,omitempty"`
}

// AddedMsg names a mass message. FailList is recipients it will not reach.
type AddedMsg struct {
	MsgID    string   `json:"msgid"`
	FailList []string `json:"fail_list"`
}

// AddMsgTemplate creates a mass message. There is no key against doing it twice: after an
// unknown outcome look for it with GetGroupMsgListV2.
func (c *Client) AddMsgTemplate(ctx context.Context, t MsgTemplate) (AddedMsg, error) {
	return write[AddedMsg](ctx, c, "/externalcontact/add_msg_template", t)
}

// GroupMsgFilter selects mass messages created within a month.
type GroupMsgFilter struct {
	ChatType   string `json:"chat_type,omitempty"`
	StartTime  Unix   `json:"start_time,omitempty"`
	EndTime    Unix   `json:"end_time,omitempty"`
	Creator    string `json:"creator,omitempty"`
	FilterType *int   `json:"filter_type,omitempty"` // 0 the corp's, 1 members' own, 2 all (default)
	Limit      int    `json:"limit,omitempty"`       // 100 at most
	Cursor     string `json:"cursor,omitempty"`
}

// GroupMsg is a mass message as listed. Creator is "" for those made through the API.
type GroupMsg struct {
	MsgID       string       `json:"msgid"`
	Creator     string       `json:"creator"`
	CreateTime  Unix         `json:"create_time"`
	CreateType  int          `json:"create_type"` // 0 the corp's, 1 a member's own
	Text        TextContent  `json:"text"`
	Attachments []Attachment `json:"attachments"`
}

// GroupMsgPage is a page of mass messages. NextCursor is "" at the end.
type GroupMsgPage struct {
	List       []GroupMsg `json:"group_msg_list"`
	NextCursor string     `json:"next_cursor"`
}

// GetGroupMsgListV2 lists mass messages.
func (c *Client) GetGroupMsgListV2(ctx context.Context, f GroupMsgFilter) (GroupMsgPage, error) {
	return read[GroupMsgPage](ctx, c, "/externalcontact/get_groupmsg_list_v2", f)
}

// MsgTask is what one member was asked to do.
type MsgTask struct {
	UserID   string `json:"userid"`
	Status   int    `json:"status"` // TaskUnsent, TaskSent
	SendTime Unix   `json:"send_time"`
}

// MsgTaskPage is a page of tasks. NextCursor is "" at the end.
type MsgTaskPage struct {
	List       []MsgTask `json:"task_list"`
	NextCursor string    `json:"next_cursor"`
}

type msgQuery struct {
	MsgID  string `json:"msgid"`
	UserID string `json:"userid,omitempty"`
	Limit  int    `json:"limit,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

// GetGroupMsgTask lists the members asked; 1,000 at a time at most.
func (c *Client) GetGroupMsgTask(ctx context.Context, msg, cursor string, limit int) (MsgTaskPage, error) {
	return read[MsgTaskPage](ctx, c, "/externalcontact/get_groupmsg_task", msgQuery{MsgID: msg, Cursor: cursor, Limit: limit})
}

// MsgResult is what became of one recipient: a customer or a group.
type MsgResult struct {
	ExternalUserID string `json:"external_userid"`
	ChatID         string `json:"chat_id"`
	UserID         string `json:"userid"`
	Status         int    `json:"status"` // SendUnsent ... SendQuota
	SendTime       Unix   `json:"send_time"`
}

// MsgResultPage is a page of results. NextCursor is "" at the end.
type MsgResultPage struct {
	List       []MsgResult `json:"send_list"`
	NextCursor string      `json:"next_cursor"`
}

// GetGroupMsgSendResult lists the results of one member; 1,000 at a time at most. Groups
// appear only once sent.
func (c *Client) GetGroupMsgSendResult(ctx context.Context, msg, user, cursor string, limit int) (MsgResultPage, error) {
	return read[MsgResultPage](ctx, c, "/externalcontact/get_groupmsg_send_result", msgQuery{msg, user, limit, cursor})
}

// RemindGroupMsgSend reminds the members who have not confirmed, three times in 24 hours at
// most (CodeTooManyReminds).
func (c *Client) RemindGroupMsgSend(ctx context.Context, msg string) error {
	return act(ctx, c, "/externalcontact/remind_groupmsg_send", msgQuery{MsgID: msg})
}

// CancelGroupMsgSend stops what members have not sent yet.
func (c *Client) CancelGroupMsgSend(ctx context.Context, msg string) error {
	return put(ctx, c, "/externalcontact/cancel_groupmsg_send", msgQuery{MsgID: msg})
}
