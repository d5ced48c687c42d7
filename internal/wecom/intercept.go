package wecom

import (
	"context"
	"net/url"
)

// What an intercept rule looks for besides words, and what it does.
const (
	SemanticPhone  = 1
	SemanticEmail  = 2
	SemanticPacket = 3
	InterceptBlock = 1 // warn and block
	InterceptWarn  = 2
)

// InterceptRule is a rule about words that staff must not send. AddRange and DelRange are
// for updates, Range is for new rules and in answers.
type InterceptRule struct {
	RuleID        string          `json:"rule_id,omitempty"`
	RuleName      string          `json:"rule_name,omitempty"` // 20 characters
	WordList      []string        `json:"word_list,omitempty"` // 300 of 32 characters
	SemanticsList []int           `json:"semantics_list,omitempty"`
	ExtraRule     *ExtraRule      `json:"extra_rule,omitempty"` // in updates and answers, instead of SemanticsList
	InterceptType int             `json:"intercept_type,omitempty"`
	Range         *InterceptRange `json:"applicable_range,omitempty"`
	AddRange      *InterceptRange `json:"add_applicable_range,omitempty"`
	DelRange      *InterceptRange `json:"remove_applicable_range,omitempty"`
	CreateTime    Unix            `json:"create_time,omitempty"`
}

// ExtraRule is what a rule looks for besides words.
type ExtraRule struct {
	SemanticsList []int `json:"semantics_list,omitempty"`
}

// InterceptRange is who a rule is for.
type InterceptRange struct {
	UserList       []string `json:"user_list,omitempty"`
	DepartmentList []int64  `json:"department_list,omitempty"`
}

type ruleID struct {
	RuleID string `json:"rule_id"`
}

// AddInterceptRule makes a rule and gives its id. A corp has 100 at most.
func (c *Client) AddInterceptRule(ctx context.Context, r InterceptRule) (string, error) {
	a, err := write[ruleID](ctx, c, "/externalcontact/add_intercept_rule", r)
	return a.RuleID, err
}

// GetInterceptRuleList lists rules: id, name and time.
func (c *Client) GetInterceptRuleList(ctx context.Context) ([]InterceptRule, error) {
	a, err := get[struct {
		RuleList []InterceptRule `json:"rule_list"`
	}](ctx, c, "/externalcontact/get_intercept_rule_list", url.Values{})
	return a.RuleList, err
}

// GetInterceptRule reads a rule.
func (c *Client) GetInterceptRule(ctx context.Context, id string) (InterceptRule, error) {
	a, err := read[struct {
		Rule InterceptRule `json:"rule"`
	}](ctx, c, "/externalcontact/get_intercept_rule", ruleID{id})
	return a.Rule, err
}

// UpdateInterceptRule changes what is set.
func (c *Client) UpdateInterceptRule(ctx context.Context, r InterceptRule) error {
	return put(ctx, c, "/externalcontact/update_intercept_rule", r)
}

// DelInterceptRule deletes a rule.
func (c *Client) DelInterceptRule(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/del_intercept_rule", ruleID{id})
}
