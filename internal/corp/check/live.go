package check

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"yutang/internal/corp"
	"yutang/internal/wecom"
)

// Codes of the platform that only checks act on.
const (
	codeBadCorp     = 40013
	codeForeignApp  = 301002
	codeForeignCorp = 40091
	codeNoArchive   = 301053
)

// fromIP finds the caller's address in the tail of the platform's text, the only place
// where it is told.
var fromIP = regexp.MustCompile(`from ip: ?([0-9a-fA-F.:]+)`)

func callerIP(err error) string {
	var e *wecom.Error
	if errors.As(err, &e) {
		if m := fromIP.FindStringSubmatch(e.Msg); m != nil {
			return m[1]
		}
	}
	return "?"
}

// credentials tries the secret of the main app. It says whether calls get through.
func (r *run) credentials(ctx context.Context) bool {
	client, err := r.corps.Client(ctx, r.id)
	if err == nil {
		_, err = client.CallbackIP(ctx)
	}
	const check = "credentials"
	switch {
	case err == nil:
		r.ok(check, say("主应用的凭证有效", "the secret of the main app is accepted"))
		r.ok("trusted_ip", say("本机的出口地址可信", "this server's address is trusted"))
		r.clock()
		return true
	case wecom.Is(err, wecom.CodeUntrustedIP):
		r.untrusted("trusted_ip", err)
	case wecom.Is(err, codeBadCorp):
		r.bad(check, Fail, say("平台不认识企业 ID %s", "the platform knows no corp %s", r.id),
			say("在管理后台「我的企业」核对企业 ID 后重新接入", "compare the corp id with the page My Enterprise of the admin console, and connect again"))
	case wecom.Is(err, wecom.CodeBadSecret, codeForeignCorp) || wecom.ClassOf(err) == wecom.Auth:
		r.bad(check, Fail, say("平台不接受主应用的 Secret（%v）", "the platform does not accept the secret of the main app (%v)", err),
			say("在管理后台打开该自建应用，复制它的 Secret 重新填写", "open the self-built app in the admin console and enter its secret again"))
	case wecom.ClassOf(err) == wecom.Rate:
		r.bad("limits", Warn, say("平台正在限制调用，其余检查未做（%v）", "the platform limits calls now; the other checks were left out (%v)", err), waitRemedy)
	default:
		r.bad("reach", Fail, say("无法调用平台（%v）", "the platform cannot be reached (%v)", err),
			say("检查服务器的网络、DNS、代理以及 base_url", "check this server's network, DNS and proxy, and base_url"))
	}
	r.clock()
	return false
}

var waitRemedy = say("等限制结束后再试，期间不要重复调用", "wait until the limit ends, without calling again meanwhile")

func (r *run) untrusted(check string, err error) {
	ip := callerIP(err)
	r.bad(check, Fail, say("平台拒绝了来自 %s 的调用（60020）", "the platform refused calls from %s (60020)", ip),
		say("在应用的「企业可信IP」中加入 %s", "add %s to the trusted addresses of the app", ip))
}

// Skews of the clock that matter.
const (
	skewWarn = 30 * time.Second
	skewFail = 5 * time.Minute
)

func (r *run) clock() {
	skew, seen := r.watch.measured()
	if !seen {
		return
	}
	size, state := skew.Abs().Round(time.Second), Warn
	if size < skewWarn {
		r.ok("clock", say("时钟与平台一致", "the clock agrees with the platform's"))
		return
	}
	if size >= skewFail {
		state = Fail
	}
	zh, en, long := "慢", "behind", lasting(size)
	if skew > 0 {
		zh, en = "快", "ahead of"
	}
	r.bad("clock", state, Text{ZH: "本机时钟比平台" + zh + " " + long.ZH, EN: "this server's clock is " + long.EN + " " + en + " the platform's"},
		say("启用时间同步（NTP）", "turn on time synchronisation (NTP)"))
}

// live makes the other calls.
func (r *run) live(ctx context.Context) {
	client, err := r.corps.Client(ctx, r.id)
	if err != nil {
		return
	}
	r.agent(ctx, client)
	r.managers(ctx, client)
	follows, ok := r.contacts(ctx, client)
	r.directory(ctx, follows, ok)
	if ok {
		r.tags(ctx, client)
	}
	r.archive(ctx)
}

// agent finds out which app the secret belongs to, and who sees it.
func (r *run) agent(ctx context.Context, client *wecom.Client) {
	const check = "secret_kind"
	i := slices.IndexFunc(r.corp.Apps, func(a corp.App) bool { return a.Name == corp.Main })
	if i < 0 || r.corp.Apps[i].AgentID == 0 {
		r.bad(check, Warn, say("没有填写 AgentId", "no agent id is set"),
			say("填写自建应用的 AgentId：应用消息和侧边栏需要它", "enter the agent id of the self-built app: app messages and the side panel need it"))
		return
	}
	id := r.corp.Apps[i].AgentID
	a, err := client.AgentGet(ctx)
	switch {
	case wecom.Is(err, codeForeignApp) || wecom.ClassOf(err) == wecom.Permission:
		r.bad(check, Fail, say("Secret 不属于 AgentId %d 的应用", "the secret does not belong to the app with agent id %d", id),
			say("填写这个自建应用自己的 Secret，而不是「客户联系」或「通讯录」的", "enter the secret of the self-built app itself, not that of Customer Contact or of the address book"))
		return
	case err != nil:
		r.unasked(check, err)
		return
	}
	r.ok(check, say("Secret 属于自建应用 %d", "the secret belongs to the self-built app %d", id))
	if len(a.Users.User)+len(a.Parties.PartyID)+len(a.Tags.TagID) == 0 {
		r.bad("visible", Warn, say("应用的可见范围是空的", "nobody is in the app's visible range"),
			say("在应用的「可见范围」中加入要使用的部门或员工", "add the departments or members who use it to the app's visible range"))
		return
	}
	r.ok("visible", say("可见范围：%d 个部门、%d 名员工、%d 个标签", "visible range: %d departments, %d members, %d tags",
		len(a.Parties.PartyID), len(a.Users.User), len(a.Tags.TagID)))
}

// codeNoMember is the platform's answer about a userid that it does not know.
const codeNoMember = 60111

// managers finds out whether those who are told of losses and failures can be told.
func (r *run) managers(ctx context.Context, client *wecom.Client) {
	const check = "managers"
	var missing []string
	for _, user := range r.corp.Settings.Managers {
		u, err := client.UserGet(ctx, user)
		switch {
		case wecom.Is(err, codeNoMember, wecom.CodeOutOfScope) || err == nil && u.Status == left:
			missing = append(missing, user)
		case err != nil:
			r.unasked(check, err)
			return
		}
	}
	if n := len(r.corp.Settings.Managers); len(missing) == 0 && n > 0 {
		r.ok(check, say("%d 名管理员都在应用的可见范围内", "the app sees all %d managers", n))
	}
	if len(missing) > 0 {
		r.bad(check, Warn, say("管理员不在通讯录或应用的可见范围内：%s", "managers who are not in the directory, or whom the app does not see: %s", some(missing)),
			say("在企业设置中改正他们的 userid，或把他们加入应用的可见范围：否则收不到流失提醒", "correct their userids in the corp's settings, or add them to the app's visible range: they get no alerts of losses"))
	}
}

// left is the status of a member who is gone.
const left = 5

// unasked says that a check got no answer.
func (r *run) unasked(check string, err error) {
	if wecom.ClassOf(err) == wecom.Rate {
		r.bad(check, Warn, say("平台正在限制调用（%v）", "the platform limits calls now (%v)", err), waitRemedy)
		return
	}
	r.bad(check, Fail, say("平台拒绝了查询（%v）", "the platform refused to answer (%v)", err),
		say("按错误码在 open.work.weixin.qq.com/devtool/query 查看原因", "look the code up at open.work.weixin.qq.com/devtool/query"))
}

// contacts finds out whether the app may use customer contact, and who may have customers.
func (r *run) contacts(ctx context.Context, client *wecom.Client) (follows []string, ok bool) {
	const check = "contact_permission"
	follows, err := client.FollowUserList(ctx)
	switch {
	case wecom.Is(err, wecom.CodeNotAllowed):
		r.bad(check, Fail, say("应用没有客户联系权限（48002）", "the app may not use customer contact (48002)"),
			say("在「客户联系 → 可调用接口的应用」中加入这个应用", "add the app under Customer Contact, Apps that may call the interface"))
	case err != nil:
		r.unasked(check, err)
	case len(follows) == 0:
		r.bad(check, Warn, say("没有员工开通客户联系", "no member may have customers"),
			say("在「客户联系 → 权限配置」的使用范围中加入员工，并确认他们在应用的可见范围内", "add members to the range of Customer Contact, and make sure that the app sees them"))
	default:
		r.ok(check, say("%d 名员工开通了客户联系", "%d members may have customers", len(follows)))
	}
	return follows, err == nil
}

// directory finds out whether members can be listed, and who may not have customers.
func (r *run) directory(ctx context.Context, follows []string, known bool) {
	const check = "directory"
	client, err := r.corps.ClientOf(ctx, r.id, corp.Directory)
	if err != nil {
		return
	}
	users, err := members(ctx, client)
	switch {
	case wecom.Is(err, wecom.CodeUntrustedIP):
		r.untrusted(check, err)
		return
	case wecom.ClassOf(err) == wecom.Auth:
		r.bad(check, Fail, say("平台不接受通讯录的 Secret（%v）", "the platform does not accept the secret of the address book (%v)", err),
			say("在「管理工具 → 通讯录同步」复制 Secret 重新填写", "copy the secret from Tools, Contacts Sync, and enter it again"))
		return
	case wecom.Is(err, wecom.CodeNotAllowed, wecom.CodeOutOfScope):
		r.bad(check, Warn, say("不能列出员工（%v）", "members cannot be listed (%v)", err),
			say("填写「通讯录同步」的 Secret 作为 directory 应用", "enter the secret of Contacts Sync as the app directory"))
		return
	case err != nil:
		r.unasked(check, err)
		return
	}
	r.ok(check, say("通讯录可读：%d 名员工", "the directory can be read: %d members", len(users)))
	if !known {
		return
	}
	without := slices.DeleteFunc(users, func(u string) bool { return slices.Contains(follows, u) })
	if len(without) == 0 {
		r.ok("members", say("所有员工都开通了客户联系", "all members may have customers"))
		return
	}
	r.bad("members", Warn, say("%d 名员工没有开通客户联系：%s", "%d members may not have customers: %s", len(without), some(without)),
		say("若他们需要服务客户，在「客户联系 → 权限配置」中加入他们", "if they serve customers, add them to the range of Customer Contact"))
}

func some(list []string) string {
	const shown = 5
	if len(list) > shown {
		return strings.Join(list[:shown], ", ") + " …"
	}
	return strings.Join(list, ", ")
}

func members(ctx context.Context, client *wecom.Client) (users []string, err error) {
	for cursor := ""; ; {
		p, err := client.UserListID(ctx, cursor, 0)
		if err != nil {
			return nil, err
		}
		for _, u := range p.List {
			users = append(users, u.UserID)
		}
		if cursor = p.NextCursor; cursor == "" {
			slices.Sort(users)
			return slices.Compact(users), nil
		}
	}
}

// capNear is the share of a cap from which on there is a warning.
const capNear = 0.9

// MaxTags is how many tags a corp may have, MaxWays how many contact ways.
const (
	MaxTags = 3000
	MaxWays = 500_000
)

func (r *run) tags(ctx context.Context, client *wecom.Client) {
	groups, err := client.GetCorpTagList(ctx, nil, nil)
	if err != nil {
		r.unasked("tag_quota", err)
		return
	}
	n := 0
	for _, g := range groups {
		n += len(g.Tag)
	}
	r.quota("tag_quota", n, MaxTags, say("企业标签 %d / %d", "corp tags %d / %d", n, MaxTags),
		say("删除不用的标签：满额后新标签只能留在系统内", "delete tags that nobody uses: when it is full, new ones stay internal"))
}

func (r *run) quota(check string, n, most int, found, remedy Text) {
	if float64(n) < capNear*float64(most) {
		r.ok(check, found)
		return
	}
	r.bad(check, Warn, found, remedy)
}

// archive tries the secret of the conversation archive, if there is one.
func (r *run) archive(ctx context.Context) {
	if !slices.ContainsFunc(r.corp.Apps, func(a corp.App) bool { return a.Name == corp.Archive && a.Secret }) {
		return
	}
	client, err := r.corps.ClientOf(ctx, r.id, corp.Archive)
	if err != nil {
		return
	}
	users, err := client.MsgAuditPermitUsers(ctx, 0)
	switch {
	case wecom.ClassOf(err) == wecom.Auth || wecom.Is(err, wecom.CodeNotAllowed, codeNoArchive):
		r.bad("archive", Fail, say("会话存档的 Secret 不可用（%v）", "the secret of the conversation archive does not work (%v)", err),
			say("在「管理工具 → 会话内容存档」确认已开通，并重新填写 Secret", "make sure under Tools, Conversation Archive that it is turned on, and enter its secret again"))
	case err != nil:
		r.unasked("archive", err)
	default:
		r.ok("archive", say("会话存档已开通，%d 名员工", "the conversation archive is on for %d members", len(users)))
	}
}
