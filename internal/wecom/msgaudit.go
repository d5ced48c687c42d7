package wecom

import "context"

// Editions of the conversation archive.
const (
	ArchiveOffice     = 1
	ArchiveService    = 2
	ArchiveEnterprise = 3
)

// MsgAuditPermitUsers is the members whose conversations are archived; edition 0 is all.
func (c *Client) MsgAuditPermitUsers(ctx context.Context, edition int) ([]string, error) {
	a, err := read[struct {
		IDs []string `json:"ids"`
	}](ctx, c, "/msgaudit/get_permit_user_list", struct {
		Type int `json:"type,omitempty"`
	}{edition})
	return a.IDs, err
}

// ArchiveConsent is whether an outsider agrees to be archived. The platform's own spelling
// of the field is kept.
type ArchiveConsent struct {
	UserID           string `json:"userid,omitempty"`
	ExteranalOpenID  string `json:"exteranalopenid,omitempty"`
	StatusChangeTime Unix   `json:"status_change_time,omitempty"`
	AgreeStatus      string `json:"agree_status,omitempty"` // Agree, Disagree, Default_Agree
}

type consents struct {
	List []ArchiveConsent `json:"agreeinfo"`
}

// MsgAuditCheckSingle asks about up to 100 pairs of member and outsider.
func (c *Client) MsgAuditCheckSingle(ctx context.Context, pairs []ArchiveConsent) ([]ArchiveConsent, error) {
	a, err := read[consents](ctx, c, "/msgaudit/check_single_agree", struct {
		Info []ArchiveConsent `json:"info"`
	}{pairs})
	return a.List, err
}

type roomID struct {
	RoomID string `json:"roomid"`
}

// MsgAuditCheckRoom asks about the outsiders of a group.
func (c *Client) MsgAuditCheckRoom(ctx context.Context, room string) ([]ArchiveConsent, error) {
	a, err := read[consents](ctx, c, "/msgaudit/check_room_agree", roomID{room})
	return a.List, err
}

// InternalRoom is a group of staff only.
type InternalRoom struct {
	RoomName       string `json:"roomname"`
	Creator        string `json:"creator"`
	RoomCreateTime Unix   `json:"room_create_time"`
	Notice         string `json:"notice"`
	Members        []struct {
		MemberID string `json:"memberid"`
		JoinTime Unix   `json:"jointime"`
	} `json:"members"`
}

// MsgAuditGroupChat reads an internal group.
func (c *Client) MsgAuditGroupChat(ctx context.Context, room string) (InternalRoom, error) {
	return read[InternalRoom](ctx, c, "/msgaudit/groupchat/get", roomID{room})
}
