package wecom

import "context"

// CorpTag is one tag of a group.
type CorpTag struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"` // 30 characters
	CreateTime Unix   `json:"create_time,omitempty"`
	Order      int64  `json:"order,omitempty"` // larger comes first
	Deleted    bool   `json:"deleted,omitempty"`
}

// TagGroup is a group of corp tags. Deleted is set only when asked by id.
type TagGroup struct {
	GroupID    string    `json:"group_id,omitempty"`
	GroupName  string    `json:"group_name,omitempty"`
	CreateTime Unix      `json:"create_time,omitempty"`
	Order      int64     `json:"order,omitempty"`
	Deleted    bool      `json:"deleted,omitempty"`
	StrategyID int64     `json:"strategy_id,omitempty"`
	Tag        []CorpTag `json:"tag,omitempty"`
}

type tagGroups struct {
	TagGroup []TagGroup `json:"tag_group"`
}

type tagGroup struct {
	TagGroup TagGroup `json:"tag_group"`
}

type tagNames struct {
	TagID      []string `json:"tag_id,omitempty"`
	GroupID    []string `json:"group_id,omitempty"`
	AgentID    int64    `json:"agentid,omitempty"`
	StrategyID int64    `json:"strategy_id,omitempty"`
}

// GetCorpTagList reads the corp's tags: all, or those named. Group ids win over tag ids.
func (c *Client) GetCorpTagList(ctx context.Context, tags, groups []string) ([]TagGroup, error) {
	a, err := read[tagGroups](ctx, c, "/externalcontact/get_corp_tag_list", tagNames{TagID: tags, GroupID: groups})
	return a.TagGroup, err
}

// NewCorpTag adds tags to the group GroupID, or to the one called GroupName, made if there
// is none. There is no empty group.
type NewCorpTag struct {
	GroupID    string    `json:"group_id,omitempty"`
	GroupName  string    `json:"group_name,omitempty"`
	Order      int64     `json:"order,omitempty"`
	Tag        []CorpTag `json:"tag,omitempty"`
	AgentID    int64     `json:"agentid,omitempty"`
	StrategyID int64     `json:"strategy_id,omitempty"` // for AddStrategyTag
}

// AddCorpTag adds tags and gives their group. CodeTagCap: the corp has 3,000 already.
func (c *Client) AddCorpTag(ctx context.Context, n NewCorpTag) (TagGroup, error) {
	a, err := write[tagGroup](ctx, c, "/externalcontact/add_corp_tag", n)
	return a.TagGroup, err
}

// TagEdit changes a tag or a group; only what is set.
type TagEdit struct {
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Order   *int64 `json:"order,omitempty"`
	AgentID int64  `json:"agentid,omitempty"`
}

// EditCorpTag renames or reorders. CodeTagNameTaken: the name exists.
func (c *Client) EditCorpTag(ctx context.Context, e TagEdit) error {
	return put(ctx, c, "/externalcontact/edit_corp_tag", e)
}

// DelCorpTag deletes tags and whole groups. A group goes with its last tag. An app deletes
// only what it made (CodeForeignTag).
func (c *Client) DelCorpTag(ctx context.Context, tags, groups []string) error {
	return put(ctx, c, "/externalcontact/del_corp_tag", tagNames{TagID: tags, GroupID: groups, AgentID: c.cfg.AgentID})
}

// MarkTag adds and removes tags of one contact.
func (c *Client) MarkTag(ctx context.Context, user, external string, add, remove []string) error {
	return put(ctx, c, "/externalcontact/mark_tag", struct {
		pair
		AddTag    []string `json:"add_tag,omitempty"`
		RemoveTag []string `json:"remove_tag,omitempty"`
	}{pair{user, external}, add, remove})
}

// GetStrategyTagList reads the tags of rule groups.
func (c *Client) GetStrategyTagList(ctx context.Context, strategy int64, tags, groups []string) ([]TagGroup, error) {
	q := tagNames{TagID: tags, GroupID: groups, StrategyID: strategy}
	a, err := read[tagGroups](ctx, c, "/externalcontact/get_strategy_tag_list", q)
	return a.TagGroup, err
}

// AddStrategyTag adds tags to a rule group.
func (c *Client) AddStrategyTag(ctx context.Context, n NewCorpTag) (TagGroup, error) {
	a, err := write[tagGroup](ctx, c, "/externalcontact/add_strategy_tag", n)
	return a.TagGroup, err
}

// EditStrategyTag renames or reorders a tag of a rule group.
func (c *Client) EditStrategyTag(ctx context.Context, e TagEdit) error {
	return put(ctx, c, "/externalcontact/edit_strategy_tag", e)
}

// DelStrategyTag deletes tags of rule groups.
func (c *Client) DelStrategyTag(ctx context.Context, tags, groups []string) error {
	return put(ctx, c, "/externalcontact/del_strategy_tag", tagNames{TagID: tags, GroupID: groups})
}
