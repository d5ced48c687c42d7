package demo

import (
	"context"
	"errors"
)

const deskGreeting = "您好，这里是鱼塘客服。请直接留言，我们马上回复。"

// desk has the corp's customer-service accounts greet who enters them.
func (c *setup) desk(ctx context.Context) error {
	const path = "/wecom/corps/" + Corp + "/desk"
	if _, err := c.api.do(ctx, "POST", path+"/refresh", nil); err != nil {
		return err
	}
	until := c.d.Clock.Now().Add(pullPatience)
	for {
		list, err := c.api.do(ctx, "GET", path+"/accounts", nil)
		if err != nil {
			return err
		}
		for _, a := range list.Get("items").Array() {
			if a.Get("welcome").String() != "" {
				continue
			}
			if _, err := c.api.do(ctx, "PUT", path+"/accounts/"+a.Get("id").String()+"/welcome", map[string]any{"text": deskGreeting}); err != nil {
				return err
			}
		}
		switch now := c.d.Clock.Now(); {
		case list.Get("items.#").Int() > 0:
			return nil
		case now.After(until):
			return errors.New("the program finds no account")
		default:
			if err := c.d.Clock.WaitUntil(ctx, now.Add(pullLook)); err != nil {
				return err
			}
		}
	}
}
