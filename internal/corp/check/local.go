package check

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"yutang/internal/corp"
	"yutang/internal/wecom/crypt"
)

// callbacks asks our own door the question that the platform asks.
func (r *run) callbacks(ctx context.Context) {
	const check = "callback_echo"
	keys, err := r.corps.Keys(ctx, r.id, corp.Main)
	path := corp.CallbackPath(r.id, corp.Main)
	switch {
	case err != nil:
		r.bad(check, Fail, say("没有填写回调的 Token 和 EncodingAESKey", "no token and EncodingAESKey of callbacks are set"),
			say("在应用的「接收消息」中生成 Token 和 EncodingAESKey，填到这里，URL 填本站的 %s", "make them under Receive Messages of the app, enter them here, and there as URL this site's %s", path))
		return
	case r.corp.Settings.PublicURL == "":
		r.bad(check, Warn, say("没有填写外网地址，无法自测回调", "no public address is set, so the callback cannot be tried"),
			say("在企业设置中填写 public_url，即企业微信访问本站的地址", "set public_url of the corp: the address at which WeCom reaches this site"))
		return
	}
	target := strings.TrimSuffix(r.corp.Settings.PublicURL, "/") + path
	if err := r.echo(ctx, keys, target); err != nil {
		r.bad(check, Fail, say("回调地址 %s 没有正确应答（%v）", "the callback address %s does not answer as it should (%v)", target, err),
			say("检查域名解析、证书、反向代理是否把 /wecom/ 转到本站", "check DNS, the certificate, and that the reverse proxy passes /wecom/ to this site"))
		return
	}
	r.ok(check, say("回调地址应答正确：%s", "the callback address answers as it should: %s", target))
}

// echo sends a signed, encrypted text and wants it back in clear.
func (r *run) echo(ctx context.Context, keys crypt.Keys, target string) error {
	c, err := crypt.New(keys)
	if err != nil {
		return err
	}
	want, stamp, nonce := rand.Text(), strconv.FormatInt(r.Clock.Now().Unix(), 10), rand.Text()
	sealed, err := c.Encrypt([]byte(want), stamp, nonce)
	if err != nil {
		return err
	}
	var envelope struct {
		Encrypt string `xml:"Encrypt"`
	}
	if err := xml.Unmarshal(sealed, &envelope); err != nil {
		return err
	}
	if _, err := base64.StdEncoding.DecodeString(envelope.Encrypt); err != nil {
		return err
	}
	q := url.Values{
		"msg_signature": {c.Sign(stamp, nonce, envelope.Encrypt)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {envelope.Encrypt},
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	res, err := r.HTTP.Do(req)
	if err != nil {
		if u, ok := err.(*url.Error); ok { //nolint:errorlint // Do gives nothing else
			err = u.Err
		}
		return err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	switch {
	case err != nil:
		return err
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("HTTP %d", res.StatusCode)
	case string(got) != want:
		return fmt.Errorf("another text came back")
	}
	return nil
}

// Ages from which on silence is a warning.
const (
	heardWithin = 24 * time.Hour
	syncWithin  = 36 * time.Hour
)

// local tells what is known without asking the platform.
func (r *run) local(ctx context.Context) error {
	for _, fn := range []func(context.Context) error{r.heard, r.blocks, r.ways, r.synced} {
		if err := fn(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) heard(ctx context.Context) error {
	if r.Facts.Heard == nil {
		return nil
	}
	at, err := r.Facts.Heard(ctx, r.id)
	if err != nil {
		return err
	}
	remedy := say("在应用的「接收消息」保存一次 URL；若客户确实没有动静，可忽略", "save the URL once more under Receive Messages of the app; if customers were really quiet, ignore this")
	age := r.Clock.Now().Sub(at)
	switch found := since("最近一次回调：", "the last callback came in ", age); {
	case at.IsZero():
		r.bad("callback_seen", Warn, say("从未收到回调", "no callback has ever come in"), remedy)
	case age > heardWithin:
		r.bad("callback_seen", Warn, found, remedy)
	default:
		r.ok("callback_seen", found)
	}
	return nil
}

func (r *run) blocks(ctx context.Context) error {
	blocked, err := r.Limits.Blocks(ctx, r.id)
	if err != nil {
		return err
	}
	if len(blocked) == 0 {
		r.ok("limits", say("没有被限制的接口", "no interface is blocked"))
		return nil
	}
	var list []string
	for path, until := range blocked {
		list = append(list, path+" → "+until.Format(time.RFC3339))
	}
	slices.Sort(list)
	r.bad("limits", Warn, say("平台限制了 %d 个接口（45009）：%s", "the platform blocks %d interfaces (45009): %s", len(list), some(list)), waitRemedy)
	return nil
}

func (r *run) ways(ctx context.Context) error {
	if r.Facts.Ways == nil {
		return nil
	}
	n, err := r.Facts.Ways(ctx, r.id)
	if err != nil {
		return err
	}
	r.quota("way_quota", n, MaxWays, say("「联系我」%d / %d", "contact ways %d / %d", n, MaxWays),
		say("删除不用的活码：满额后不能再创建", "delete live codes that nobody uses: when it is full, no more can be made"))
	return nil
}

func (r *run) synced(ctx context.Context) error {
	if r.Facts.Sync == nil {
		return nil
	}
	s, err := r.Facts.Sync(ctx, r.id)
	if err != nil {
		return err
	}
	remedy := say("在同步页手动开始一次，并查看逐项错误", "start a sync by hand and look at the errors of its items")
	age := r.Clock.Now().Sub(s.Done)
	switch found := since("最近一次完成的同步：", "the last completed sync was ", age); {
	case s.State == "failed":
		r.bad("last_sync", Fail, say("最近一次同步失败：%s", "the last sync failed: %s", s.Error), remedy)
	case s.Done.IsZero() && s.State == "running":
		r.ok("last_sync", say("第一次同步正在进行", "the first sync is under way"))
	case s.Done.IsZero():
		r.bad("last_sync", Warn, say("还没有完成过同步", "no sync has been completed yet"), remedy)
	case age > syncWithin:
		r.bad("last_sync", Warn, found, remedy)
	default:
		r.ok("last_sync", found)
	}
	return nil
}
