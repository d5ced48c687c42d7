package flow

import (
	"encoding/json"
	"maps"
	"math"

	"yutang/internal/customer"
	"yutang/internal/event"
)

// Bindings are what templates see: customer, traits, event (empty without a trigger), and
// what more adds, such as staff, brand or key. Whole numbers stay whole.
func Bindings(profile customer.Profile, trigger *event.Event, more map[string]any) map[string]any {
	traits := make(map[string]any, len(profile.Traits))
	for name, raw := range profile.Traits {
		traits[name] = plainValue(raw)
	}
	happened := map[string]any{}
	if trigger != nil {
		happened["name"], happened["at"], happened["props"] = trigger.Name, trigger.At, plainValue(trigger.Props)
	}
	life := profile.Lifecycle
	bind := map[string]any{
		"customer": map[string]any{"id": profile.ID, "tags": profile.Tags, "tier": profile.Tier, "aipl": life.AIPL, "aarrr": life.AARRR},
		"traits":   traits,
		"event":    happened,
	}
	maps.Copy(bind, more)
	return bind
}

// plainValue reads JSON for a template.
func plainValue(raw []byte) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return map[string]any{}
	}
	return whole(v)
}

func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	}
	return v
}
