package wecom

import "context"

// Kinds and scenes of a contact way.
const (
	WaySingle  = 1
	WayMulti   = 2
	SceneMini  = 1
	SceneQR    = 2
	MaxWayUser = 100
)

// ContactWay is a code ("联系我") through which a customer adds a member of staff. In an
// update only what is set is changed; User and Party replace the whole list.
type ContactWay struct {
	ConfigID      string       `json:"config_id,omitempty"`
	Type          int          `json:"type,omitempty"`  // WaySingle, WayMulti
	Scene         int          `json:"scene,omitempty"` // SceneMini, SceneQR
	Style         int          `json:"style,omitempty"` // of SceneMini
	Remark        string       `json:"remark,omitempty"`
	SkipVerify    *bool        `json:"skip_verify,omitempty"` // nil: true when made
	State         string       `json:"state,omitempty"`       // comes back with the callback; 30 characters
	User          []string     `json:"user,omitempty"`
	Party         []int64      `json:"party,omitempty"`
	IsTemp        bool         `json:"is_temp,omitempty"`
	ExpiresIn     int64        `json:"expires_in,omitempty"`      // seconds; temporary ones only
	ChatExpiresIn int64        `json:"chat_expires_in,omitempty"` // seconds; temporary ones only
	UnionID       string       `json:"unionid,omitempty"`
	IsExclusive   bool         `json:"is_exclusive,omitempty"`
	MarkSource    *bool        `json:"mark_source,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"` // temporary ones only
	QRCode        string       `json:"qr_code,omitempty"`     // in answers
}

// Conclusions is what a temporary chat says when it ends.
type Conclusions struct {
	Text        *TextContent     `json:"text,omitempty"`
	Image       *ImageContent    `json:"image,omitempty"`
	Link        *LinkContent     `json:"link,omitempty"`
	MiniProgram *MiniProgContent `json:"miniprogram,omitempty"`
}

// AddedContactWay names a new contact way. QRCode is set for SceneQR.
type AddedContactWay struct {
	ConfigID string `json:"config_id"`
	QRCode   string `json:"qr_code"`
}

// AddContactWay makes a contact way. It cannot be asked for again: keep the id.
func (c *Client) AddContactWay(ctx context.Context, way ContactWay) (AddedContactWay, error) {
	return write[AddedContactWay](ctx, c, "/externalcontact/add_contact_way", way)
}

type configID struct {
	ConfigID string `json:"config_id"`
}

// GetContactWay reads a contact way.
func (c *Client) GetContactWay(ctx context.Context, id string) (ContactWay, error) {
	a, err := read[struct {
		ContactWay ContactWay `json:"contact_way"`
	}](ctx, c, "/externalcontact/get_contact_way", configID{id})
	return a.ContactWay, err
}

// WayFilter selects contact ways by when they were made. Limit is 1,000 at most.
type WayFilter struct {
	StartTime Unix   `json:"start_time,omitempty"` // 0: 90 days ago
	EndTime   Unix   `json:"end_time,omitempty"`
	Cursor    string `json:"cursor,omitempty"`
	Limit     int    `json:"limit,omitempty"`
}

// ListContactWay lists the ids of contact ways that are not temporary. next is "" at the end.
func (c *Client) ListContactWay(ctx context.Context, f WayFilter) (ids []string, next string, err error) {
	a, err := read[struct {
		ContactWay []configID `json:"contact_way"`
		NextCursor string     `json:"next_cursor"`
	}](ctx, c, "/externalcontact/list_contact_way", f)
	for _, w := range a.ContactWay {
		ids = append(ids, w.ConfigID)
	}
	return ids, a.NextCursor, err
}

// UpdateContactWay changes what is set in way.
func (c *Client) UpdateContactWay(ctx context.Context, way ContactWay) error {
	return put(ctx, c, "/externalcontact/update_contact_way", way)
}

// DelContactWay deletes a contact way for good.
func (c *Client) DelContactWay(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/del_contact_way", configID{id})
}

// CloseTempChat ends a temporary chat.
func (c *Client) CloseTempChat(ctx context.Context, user, external string) error {
	return put(ctx, c, "/externalcontact/close_temp_chat", pair{UserID: user, ExternalUserID: external})
}

// pair names a contact.
type pair struct {
	UserID         string `json:"userid,omitempty"`
	ExternalUserID string `json:"external_userid,omitempty"`
}
