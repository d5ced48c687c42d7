package search

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"yutang/internal/fault"
	"yutang/internal/rule"
)

// Terms are the parts of a filter that fit into an address. Ranges are LOW..HIGH, either
// end may be left out, one value alone is both.
type Terms struct {
	Q         string   `json:"q,omitempty" query:"q" maxLength:"200" doc:"a part of a name, the end of a phone number (four digits or more), or a whole phone number, e-mail address, member number or customer id"`
	Identity  string   `json:"identity,omitempty" query:"identity" maxLength:"400" doc:"TYPE:VALUE, such as phone:13812345678 or openid:wx123:oABC"`
	Audience  string   `json:"audience,omitempty" query:"audience" maxLength:"100" doc:"id of an audience: its members now"`
	Tag       []string `json:"tag,omitempty" query:"tag,explode" maxItems:"20" doc:"has all of them"`
	NoTag     []string `json:"no_tag,omitempty" query:"no_tag,explode" maxItems:"20" doc:"has none of them"`
	AIPL      string   `json:"aipl,omitempty" query:"aipl" doc:"stage"`
	AARRR     string   `json:"aarrr,omitempty" query:"aarrr" doc:"stage"`
	Tier      string   `json:"tier,omitempty" query:"tier" doc:"V3, >=V3, <V3 ..."`
	Channel   string   `json:"channel,omitempty" query:"channel" maxLength:"200" doc:"where the customer came from"`
	Staff     string   `json:"staff,omitempty" query:"staff" maxLength:"100" doc:"userid of a member who has the customer as a contact"`
	Contact   string   `json:"contact,omitempty" query:"contact" doc:"in: a contact of somebody; lost: of nobody any more; none: never was"`
	Trait     []string `json:"trait,omitempty" query:"trait,explode" maxItems:"20" doc:"NAME:VALUE"`
	Orders    string   `json:"orders,omitempty" query:"orders" doc:"range: 1.. has bought, ..0 has not"`
	Revenue   string   `json:"net_revenue,omitempty" query:"net_revenue" doc:"range, in major units"`
	FirstSeen string   `json:"first_seen,omitempty" query:"first_seen" doc:"range of dates or times"`
	LastSeen  string   `json:"last_seen,omitempty" query:"last_seen" doc:"range of dates or times"`
	Active    string   `json:"active,omitempty" query:"active" doc:"did something in the last so long, such as 30d"`
	Idle      string   `json:"idle,omitempty" query:"idle" doc:"did nothing in the last so long, such as 90d"`
}

// Filter says which customers; all that is given must hold. The zero value is everybody.
type Filter struct {
	Terms
	Rule      json.RawMessage `json:"rule,omitempty" doc:"a rule: see docs/rules.md"`
	Customers []string        `json:"customers,omitempty" maxItems:"5000" nullable:"false" doc:"ids: only these, whoever else passes"`
}

// condition is one part of a filter as a rule, and the member it comes from.
type condition struct {
	field string
	rule  any
}

type object = map[string]any

// forever ends ranges that are open. Nothing that rules read lies beyond.
const (
	forever = "9999-12-31"
	epoch   = "1970-01-01"
)

func (f Filter) wordless() bool { return f.Q == "" && f.Identity == "" && len(f.Customers) == 0 }

func (f Filter) ruleless() bool { return len(f.Rule) == 0 && len(f.conditions(nil)) == 0 }

// rule is the filter without words as one rule. Faults point to the filter's members.
func (f Filter) rule(zone *time.Location) (json.RawMessage, error) {
	var faults []fault.Field
	conditions := f.conditions(func(field, text string, args ...any) {
		faults = append(faults, fault.BadField("/"+field, text, args...).Fields...)
	})
	if len(faults) > 0 {
		e := fault.New(fault.Invalid, "invalid_filter", "%s", faults[0].Detail)
		e.Fields = faults
		return nil, e
	}
	all := make([]json.RawMessage, 0, len(conditions)+1)
	for _, c := range conditions {
		raw, err := json.Marshal(c.rule)
		if err != nil {
			return nil, err
		}
		if _, err := rule.Parse(raw, zone); err != nil {
			return nil, fault.Moved(err, func(string) string { return "/" + c.field })
		}
		all = append(all, raw)
	}
	if len(f.Rule) > 0 {
		if len(all) == 0 {
			return f.Rule, nil
		}
		if _, err := rule.Parse(f.Rule, zone); err != nil {
			return nil, fault.Moved(err, func(p string) string { return "/rule" + p })
		}
		all = append(all, f.Rule)
	}
	return json.Marshal(object{"all": all})
}

// relocate names the filter's member in a fault that was found when all was put together,
// such as an audience that there is not.
func (f Filter) relocate(err error) error {
	conditions := f.conditions(nil)
	if len(conditions) == 0 {
		return err
	}
	return fault.Moved(err, func(ptr string) string {
		rest := strings.TrimPrefix(ptr, "/rule/all/")
		place, below, _ := strings.Cut(rest, "/")
		i, bad := strconv.Atoi(place)
		switch {
		case bad != nil:
			return ptr
		case i < len(conditions):
			return "/" + conditions[i].field
		case below == "":
			return "/rule"
		}
		return "/rule/" + below
	})
}

// conditions are the terms as rules. refuse, if not nil, hears of what cannot be read.
func (f Filter) conditions(refuse func(field, text string, args ...any)) (out []condition) {
	if refuse == nil {
		refuse = func(string, string, ...any) {}
	}
	add := func(field string, rules ...any) {
		for _, r := range rules {
			out = append(out, condition{field, r})
		}
	}
	f.sets(add)
	f.traits(add, refuse)
	f.times(add, refuse)
	return out
}

func (f Filter) sets(add func(field string, rules ...any)) {
	if f.Audience != "" {
		add("audience", object{"audience": f.Audience})
	}
	for _, tag := range f.Tag {
		add("tag", object{"tag": tag})
	}
	for _, tag := range f.NoTag {
		add("no_tag", object{"not": object{"tag": tag}})
	}
	if f.AIPL != "" {
		add("aipl", object{"stage": object{"aipl": f.AIPL}})
	}
	if f.AARRR != "" {
		add("aarrr", object{"stage": object{"aarrr": f.AARRR}})
	}
	if f.Tier != "" {
		add("tier", object{"tier": f.Tier})
	}
}

// Traits that package contact keeps current for each customer.
const (
	channelTrait  = "channel"
	staffTrait    = "staff"    // userids of those who have the contact
	contactsTrait = "contacts" // how many they are
)

func (f Filter) traits(add func(field string, rules ...any), refuse func(field, text string, args ...any)) {
	if f.Channel != "" {
		add("channel", compare(channelTrait, "eq", f.Channel))
	}
	if f.Staff != "" {
		add("staff", compare(staffTrait, "contains", f.Staff))
	}
	switch f.Contact {
	case "":
	case "in":
		add("contact", compare(contactsTrait, "gte", 1))
	case "lost":
		add("contact", compare(contactsTrait, "eq", 0))
	case "none":
		add("contact", object{"trait": contactsTrait, "op": "missing"})
	default:
		refuse("contact", "must be in, lost or none")
	}
	for _, text := range f.Trait {
		name, value, ok := strings.Cut(text, ":")
		if !ok || name == "" || value == "" {
			refuse("trait", "wants NAME:VALUE, such as city:Hangzhou")
			continue
		}
		add("trait", compare(name, "in", values(value)))
	}
	f.amounts("orders", "orders_count", f.Orders, add, refuse)
	f.amounts("net_revenue", "net_revenue", f.Revenue, add, refuse)
}

func compare(trait, op string, value any) object {
	return object{"trait": trait, "op": op, "value": value}
}

// values are what a text could stand for: itself, and the number or truth it spells.
func values(text string) []any {
	out := []any{text}
	switch n := json.Number(text); {
	case text == "true", text == "false":
		out = append(out, text == "true")
	case json.Valid([]byte(text)) && isNumber(n):
		out = append(out, n)
	}
	return out
}

func isNumber(n json.Number) bool {
	_, err := n.Float64()
	return err == nil
}

func (f Filter) amounts(field, trait, text string, add func(field string, rules ...any), refuse func(field, text string, args ...any)) {
	if text == "" {
		return
	}
	for op, end := range ends(text) {
		n := json.Number(end)
		switch {
		case end == "":
		case !json.Valid([]byte(end)) || !isNumber(n):
			refuse(field, "wants a range of numbers such as 1..5, 1.. or ..5")
		default:
			add(field, compare(trait, op, n))
		}
	}
}

// ends yields a range's low and high end, in this order, with the comparison of each.
func ends(text string) func(yield func(op, end string) bool) {
	low, high, ok := strings.Cut(text, "..")
	if !ok {
		high = low
	}
	return func(yield func(op, end string) bool) {
		if yield("gte", strings.TrimSpace(low)) {
			yield("lte", strings.TrimSpace(high))
		}
	}
}
