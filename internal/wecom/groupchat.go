package wecom

import "context"

// States of a group's owner, and kinds of members.
const (
	GroupOwned      = 0
	GroupOwnerLeft  = 1
	GroupInheriting = 2
	GroupInherited  = 3
	MemberStaff     = 1
	MemberExternal  = 2
)

// GroupFilter selects groups. Without Owners it fails beyond 1,000 visible members (81017).
type GroupFilter struct {
	StatusFilter int          `json:"status_filter,omitempty"` // 0 all, else GroupOwnerLeft ... GroupInherited
	OwnerFilter  *OwnerFilter `json:"owner_filter,omitempty"`
	Cursor       string       `json:"cursor,omitempty"`
	Limit        int          `json:"limit,omitempty"` // 1 to 1,000, required
}

// OwnerFilter is up to 100 owners.
type OwnerFilter struct {
	UserIDList []string `json:"userid_list,omitempty"`
}

// GroupRef names a group and its state.
type GroupRef struct {
	ChatID string `json:"chat_id"`
	Status int    `json:"status"`
}

// GroupPage is a page of groups. NextCursor is "" at the end.
type GroupPage struct {
	List       []GroupRef `json:"group_chat_list"`
	NextCursor string     `json:"next_cursor"`
}

// GroupChatList lists customer groups.
func (c *Client) GroupChatList(ctx context.Context, f GroupFilter) (GroupPage, error) {
	return read[GroupPage](ctx, c, "/externalcontact/groupchat/list", f)
}

// UserRef names a member of staff.
type UserRef struct {
	UserID string `json:"userid"`
}

// GroupMember is somebody in a group.
type GroupMember struct {
	UserID        string  `json:"userid"`
	Type          int     `json:"type"` // MemberStaff, MemberExternal
	UnionID       string  `json:"unionid"`
	JoinTime      Unix    `json:"join_time"`
	JoinScene     int     `json:"join_scene"` // 1 invited, 2 by link, 3 by code
	Invitor       UserRef `json:"invitor"`
	GroupNickname string  `json:"group_nickname"`
	Name          string  `json:"name"`
	State         string  `json:"state"` // of the join code
}

// GroupChat is a customer group. MemberVersion is compared with the callbacks' versions.
type GroupChat struct {
	ChatID        string        `json:"chat_id"`
	Name          string        `json:"name"`
	Owner         string        `json:"owner"`
	CreateTime    Unix          `json:"create_time"`
	Notice        string        `json:"notice"`
	MemberList    []GroupMember `json:"member_list"`
	AdminList     []UserRef     `json:"admin_list"`
	MemberVersion string        `json:"member_version"`
}

// GroupChatGet reads a group with the names of its members. CodeGroupDismissed: it is gone.
func (c *Client) GroupChatGet(ctx context.Context, chat string) (GroupChat, error) {
	a, err := read[struct {
		GroupChat GroupChat `json:"group_chat"`
	}](ctx, c, "/externalcontact/groupchat/get", struct {
		ChatID   string `json:"chat_id"`
		NeedName int    `json:"need_name"`
	}{chat, 1})
	return a.GroupChat, err
}

// JoinWay is a code through which customers join groups. An update replaces everything.
type JoinWay struct {
	ConfigID       string   `json:"config_id,omitempty"`
	Scene          int      `json:"scene,omitempty"` // SceneMini, SceneQR
	Remark         string   `json:"remark,omitempty"`
	AutoCreateRoom *int     `json:"auto_create_room,omitempty"` // 1, the default: a new group when all are full
	RoomBaseName   string   `json:"room_base_name,omitempty"`
	RoomBaseID     int      `json:"room_base_id,omitempty"`
	ChatIDList     []string `json:"chat_id_list,omitempty"` // five at most
	State          string   `json:"state,omitempty"`
	MarkSource     *bool    `json:"mark_source,omitempty"`
	QRCode         string   `json:"qr_code,omitempty"` // in answers
}

// AddJoinWay makes a join code and gives its id.
func (c *Client) AddJoinWay(ctx context.Context, w JoinWay) (string, error) {
	a, err := write[configID](ctx, c, "/externalcontact/groupchat/add_join_way", w)
	return a.ConfigID, err
}

// GetJoinWay reads a join code with the address of its picture.
func (c *Client) GetJoinWay(ctx context.Context, id string) (JoinWay, error) {
	a, err := read[struct {
		JoinWay JoinWay `json:"join_way"`
	}](ctx, c, "/externalcontact/groupchat/get_join_way", configID{id})
	return a.JoinWay, err
}

// UpdateJoinWay replaces a join code's settings.
func (c *Client) UpdateJoinWay(ctx context.Context, w JoinWay) error {
	return put(ctx, c, "/externalcontact/groupchat/update_join_way", w)
}

// DelJoinWay deletes a join code for good.
func (c *Client) DelJoinWay(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/groupchat/del_join_way", configID{id})
}
