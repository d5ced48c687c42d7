package demo

import (
	"context"
	"fmt"

	"github.com/tidwall/gjson"
)

// readyPlaybooks are those of the SOP library that the demo shows at work.
var readyPlaybooks = []string{"new-contact", "unpaid-order", "first-purchase", "vip-care", "birthday", "moments-week"}

// playbooks installs and publishes ready playbooks, each once.
func (c *setup) playbooks(ctx context.Context) error {
	installed, err := c.api.do(ctx, "GET", "/sop/installed?limit=200", nil)
	if err != nil {
		return err
	}
	had := map[string]bool{}
	installed.Get("items").ForEach(func(_, one gjson.Result) bool {
		had[one.Get("key").Str] = true
		return true
	})
	published := 0
	for _, key := range readyPlaybooks {
		if had[key] {
			continue
		}
		made, err := c.api.do(ctx, "POST", "/sop/"+key+"/install", map[string]any{"industry": "beauty", "lang": "zh-CN"})
		if err == nil {
			_, err = c.api.do(ctx, "POST", "/playbooks/"+made.Get("playbook").Str+"/publish", map[string]any{"in_flight": "stay"})
		}
		if err != nil {
			return fmt.Errorf("install %s: %w", key, err)
		}
		published++
	}
	if published > 0 {
		fmt.Fprintf(c.d.Out, "playbooks: %d ready ones installed and published\n", published)
	}
	return nil
}
