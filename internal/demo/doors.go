package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/tidwall/gjson"
	"golang.org/x/sync/errgroup"

	"yutang/internal/link"
)

// come is how many of a hundred newcomers each channel brings.
var come = map[string]int{
	"parcel": 24, "store": 17, "live": 16, "xiaohongshu": 12, "mp": 8, "member-day": 5, "card": 4, "ads": 11, "douyin": 5, "referral": 6,
}

// acquisitionLinks are those of 获客助手: what advertisements lead to.
var acquisitionLinks = []struct {
	name, key string
	from, to  int // place among the users
}{
	{"信息流广告", "ads", 0, 4},
	{"短视频主页", "douyin", 2, 5},
	{"老客推荐短信", "referral", 4, 6},
}

// boughtLot is a further part of the quota, bought when the links were made.
const (
	boughtLot  = 200
	boughtDays = 90
)

// acquisition makes the acquisition links.
func (c *setup) acquisition(ctx context.Context) error {
	made := false
	for _, l := range acquisitionLinks {
		_, fresh, err := c.ensure(ctx, "/acquisition/links?corp="+Corp+"&", "/acquisition/links", l.name, map[string]any{
			"channel": l.key, "users": c.users[l.from:l.to], "skip_verify": true, "tags": []string{"渠道/" + l.name},
		})
		if err != nil {
			return err
		}
		made = made || fresh
	}
	if made {
		return c.d.WeCom.Sim.TopUpLinks(boughtLot, boughtDays)
	}
	return nil
}

// pullLinks has the program ask the platform for the links' figures now.
func (c *setup) pullLinks(ctx context.Context) error {
	_, err := c.api.do(ctx, "POST", "/acquisition/pull?corp="+Corp, nil)
	return err
}

// open finds where newcomers come in, once the platform has all codes and links.
func (w *weeks) open(ctx context.Context) error {
	until := w.d.Clock.Now().Add(pullPatience)
	for _, list := range []struct{ path, address, ready string }{
		{"/codes", "state", "remote.qr_url"}, {"/acquisition/links", "address", "address"},
	} {
		for {
			got, err := w.api.do(ctx, "GET", list.path+"?limit=200&corp="+Corp, nil)
			if err != nil {
				return err
			}
			doors, waits := []door{}, false
			got.Get("items").ForEach(func(_, x gjson.Result) bool {
				if share := come[x.Get("channel").Str]; share > 0 {
					doors = append(doors, door{x.Get(list.address).Str, share, texts(x.Get("users"))})
					waits = waits || x.Get(list.ready).Str == ""
				}
				return true
			})
			if !waits {
				w.doors = append(w.doors, doors...)
				break
			}
			now := w.d.Clock.Now()
			if now.After(until) {
				return errors.New("a code or link is not at the platform")
			}
			if err := w.d.Clock.WaitUntil(ctx, now.Add(settleLook)); err != nil {
				return err
			}
		}
	}
	return nil
}

func texts(list gjson.Result) (out []string) {
	for _, x := range list.Array() {
		out = append(out, x.Str)
	}
	return out
}

// shortLinks are what posters and messages of the shop lead to.
var shortLinks = []struct {
	name, url string
	clicks    int // a day, at most
}{
	{"会员日主会场", "https://shop.example.com/member-day", 4},
	{"冬季新品册", "https://shop.example.com/lookbook/winter", 3},
	{"开箱晒单有礼", "https://shop.example.com/unboxing", 2},
}

// phones are what people look at links with.
var phones = []string{
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.53(0x1800352e) NetType/WIFI Language/zh_CN",
	"Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 MicroMessenger/8.0.50.2701(0x28003255) NetType/5G Language/zh_CN",
	"Mozilla/5.0 (Linux; Android 13; V2254A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0.6261.120 Mobile Safari/537.36 MicroMessenger/8.0.49.2600(0x28003133) NetType/WIFI Language/zh_CN",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
}

// links says where short links lead, to this run, and makes those of the shop.
func (c *setup) links(ctx context.Context) error {
	if _, err := c.api.do(ctx, "PUT", "/links/settings", map[string]any{"public_url": c.d.URL}); err != nil {
		return err
	}
	had, err := c.api.do(ctx, "GET", "/links?limit=200", nil)
	if err != nil {
		return err
	}
	c.short = nil
	for _, l := range shortLinks {
		one := had.Get(`items.#(name=="` + l.name + `")`)
		if !one.Exists() {
			if one, err = c.api.do(ctx, "POST", "/links", map[string]any{"url": l.url, "name": l.name}); err != nil {
				return err
			}
		}
		c.short = append(c.short, one.Get("code").Str)
	}
	return nil
}

// click opens short links, as phones do.
func (w *weeks) click(ctx context.Context, all *errgroup.Group, r *rand.Rand) {
	for i, l := range w.short {
		for range r.IntN(shortLinks[i].clicks + 1) {
			phone := phones[r.IntN(len(phones))]
			all.Go(func() error { return follow(ctx, w.d.URL+link.Path+l, phone) })
		}
	}
}

func follow(ctx context.Context, address, agent string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", agent)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("open a short link: %w", err)
	}
	return res.Body.Close()
}
