package customer

import (
	"context"
	"encoding/json"
	"slices"

	"yutang/internal/fault"
)

// LevelDef is one level and the rule of who is at it. A customer is at the highest level
// of its kind whose rule matches.
type LevelDef struct {
	Name string          `json:"name"`
	Rule json.RawMessage `json:"rule"`
}

const active = `{"did":{"event":["Product Viewed","Product Added","Checkout Started","Contact Added","Group Joined",` +
	`"Message Replied","Material Opened","Form Submitted","Order Completed"]`

const bought = `{"did":{"event":"Order Completed"}}`

const referred = `{"did":{"event":"Referral Completed"}}`

func worth(atLeast string) string {
	return `{"trait":"net_revenue","op":"gte","value":` + atLeast + `}`
}

// defaults are the rules in force until somebody edits them.
var defaults = map[string][]string{
	AIPL: {
		`{"all":[]}`,
		`{"did":{"event":["Product Viewed","Product Added","Contact Added","Form Submitted","Material Opened"]}}`,
		bought,
		`{"any":[{"did":{"event":"Order Completed","within":"365d","count":{"gte":2}}},` + referred + `]}`,
	},
	AARRR: {
		`{"all":[]}`,
		active + `}}`,
		active + `,"within":"30d","distinct_days":{"gte":2}}}`,
		bought,
		referred,
	},
	Tier: {
		`{"trait":"net_revenue","op":"gt","value":0}`,
		worth("500"), worth("2000"), worth("5000"), worth("20000"),
	},
}

// LevelDefs are the levels of each kind with their rules, lowest first.
func (s *Service) LevelDefs(ctx context.Context) (map[string][]LevelDef, error) {
	stored, err := s.readLevelRules(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]LevelDef{}
	for _, k := range levelKinds {
		for i, name := range k.levels {
			text := defaults[k.name][i]
			if own, ok := stored[k.name][i]; ok {
				text = own
			}
			out[k.name] = append(out[k.name], LevelDef{name, json.RawMessage(text)})
		}
	}
	return out, nil
}

// SetLevelDefs stores the rules of some kinds, each with all of its levels, lowest first.
// The caller has parsed the rules, and makes them take effect.
func (s *Service) SetLevelDefs(ctx context.Context, defs map[string][]LevelDef) error {
	for kind, list := range defs {
		if err := checkLevels(kind, list); err != nil {
			return err
		}
	}
	return s.writeLevelRules(ctx, defs)
}

func checkLevels(kind string, list []LevelDef) error {
	i := kindIndex(kind)
	if i < 0 {
		return fault.BadField("/"+kind, "is not one of aipl, aarrr, tier")
	}
	names := make([]string, len(list))
	for j, d := range list {
		names[j] = d.Name
	}
	if !slices.Equal(names, levelKinds[i].levels) {
		return fault.BadField("/"+kind, "has the levels %v; want %v, in this order", names, levelKinds[i].levels)
	}
	return nil
}
