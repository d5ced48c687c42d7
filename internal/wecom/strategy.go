package wecom

import "context"

// Strategy is a rule group (客户联系规则组): which members may do what with customers.
type Strategy struct {
	StrategyID   int64           `json:"strategy_id,omitempty"`
	ParentID     int64           `json:"parent_id,omitempty"`
	StrategyName string          `json:"strategy_name,omitempty"`
	CreateTime   Unix            `json:"create_time,omitempty"`
	AdminList    []string        `json:"admin_list,omitempty"`
	Privilege    map[string]bool `json:"privilege,omitempty"`
	Range        []StrategyRange `json:"range,omitempty"` // for new ones
	RangeAdd     []StrategyRange `json:"range_add,omitempty"`
	RangeDel     []StrategyRange `json:"range_del,omitempty"`
}

// StrategyRange is a member (Type 1) or a department (Type 2) of a rule group.
type StrategyRange struct {
	Type    int    `json:"type,omitempty"`
	UserID  string `json:"userid,omitempty"`
	PartyID int64  `json:"partyid,omitempty"`
}

type strategyQuery struct {
	StrategyID int64  `json:"strategy_id,omitempty"`
	Cursor     string `json:"cursor,omitempty"`
	Limit      int    `json:"limit,omitempty"`
}

// CustomerStrategyList lists the ids of rule groups. next is "" at the end.
func (c *Client) CustomerStrategyList(ctx context.Context, cursor string, limit int) (ids []int64, next string, err error) {
	a, err := read[struct {
		List       []strategyQuery `json:"strategy"`
		NextCursor string          `json:"next_cursor"`
	}](ctx, c, "/externalcontact/customer_strategy/list", strategyQuery{Cursor: cursor, Limit: limit})
	for _, s := range a.List {
		ids = append(ids, s.StrategyID)
	}
	return ids, a.NextCursor, err
}

// CustomerStrategyGet reads a rule group.
func (c *Client) CustomerStrategyGet(ctx context.Context, id int64) (Strategy, error) {
	a, err := read[struct {
		Strategy Strategy `json:"strategy"`
	}](ctx, c, "/externalcontact/customer_strategy/get", strategyQuery{StrategyID: id})
	return a.Strategy, err
}

// CustomerStrategyRange lists the members and departments of a rule group.
func (c *Client) CustomerStrategyRange(ctx context.Context, id int64, cursor string, limit int) (list []StrategyRange, next string, err error) {
	a, err := read[struct {
		Range      []StrategyRange `json:"range"`
		NextCursor string          `json:"next_cursor"`
	}](ctx, c, "/externalcontact/customer_strategy/get_range", strategyQuery{id, cursor, limit})
	return a.Range, a.NextCursor, err
}

// CustomerStrategyCreate makes a rule group and gives its id. One such call runs at a time.
func (c *Client) CustomerStrategyCreate(ctx context.Context, s Strategy) (int64, error) {
	a, err := write[strategyQuery](ctx, c, "/externalcontact/customer_strategy/create", s)
	return a.StrategyID, err
}

// CustomerStrategyEdit changes what is set. One such call runs at a time.
func (c *Client) CustomerStrategyEdit(ctx context.Context, s Strategy) error {
	return put(ctx, c, "/externalcontact/customer_strategy/edit", s)
}

// CustomerStrategyDel deletes a rule group.
func (c *Client) CustomerStrategyDel(ctx context.Context, id int64) error {
	return put(ctx, c, "/externalcontact/customer_strategy/del", strategyQuery{StrategyID: id})
}
