package console

// T is the text for key in the page's language. A missing key shows itself; a test finds
// it before people do.
func (v *view) T(key string) string {
	text, ok := texts[key]
	switch {
	case !ok:
		return key
	case v.Lang == "en":
		return text[1]
	}
	return text[0]
}

// Name translates a state or stage if it is one of ours, and leaves others as they are.
func (v *view) Name(kind, name string) string {
	if name == "" {
		return "–"
	}
	if _, ok := texts[kind+"."+name]; ok {
		return v.T(kind + "." + name)
	}
	return name
}

// texts are Chinese and English.
var texts = map[string][2]string{
	"product":   {"鱼塘", "Yutang"},
	"tagline":   {"把客户当资产，长期经营", "Look after customers for life"},
	"overview":  {"概览", "Overview"},
	"signin":    {"登录", "Sign in"},
	"setup":     {"首次设置", "First set-up"},
	"signout":   {"退出", "Sign out"},
	"language":  {"English", "中文"},
	"skip":      {"跳到正文", "Skip to content"},
	"api":       {"接口文档", "API"},
	"updated":   {"实时", "Live"},
	"lost":      {"连接中断，正在重试…", "Connection lost, trying again…"},
	"behind":    {"人群计算滞后", "Audiences are behind"},
	"watermark": {"人群准确至", "Audiences exact to"},

	"customers":   {"客户", "Customers"},
	"events":      {"事件", "Events"},
	"events.rate": {"条/秒", "per second"},
	"measuring":   {"测速中", "measuring"},
	"orders":      {"订单", "Orders"},
	"net":         {"净收入", "Net revenue"},
	"net.note":    {"已扣退款", "refunds taken off"},
	"per_order":   {"平均每单", "per order"},
	"deliveries":  {"送达", "Deliveries"},
	"audiences":   {"人群", "Audiences"},
	"transitions": {"进出动态", "Moves"},
	"playbooks":   {"SOP 旅程", "Playbooks"},
	"feed":        {"最新事件", "Latest events"},
	"hour":        {"近 1 小时", "last hour"},
	"name":        {"名称", "Name"},
	"count":       {"人数", "Members"},
	"state":       {"状态", "State"},
	"runs":        {"实例", "runs"},
	"entered":     {"进入", "entered"},
	"left":        {"离开", "left"},
	"members":     {"成员", "Members"},
	"customer":    {"客户", "Customer"},
	"stage":       {"阶段", "Stage"},
	"tier":        {"等级", "Tier"},
	"last_seen":   {"最近活跃", "Last seen"},
	"first_seen":  {"首次出现", "First seen"},
	"last_order":  {"最近下单", "Last order"},
	"next":        {"下一页", "Next page"},
	"first":       {"回到第一页", "First page"},
	"identities":  {"标识", "Identities"},
	"traits":      {"属性", "Traits"},
	"tags":        {"标签", "Tags"},
	"timeline":    {"时间线", "Timeline"},
	"profile":     {"资料", "Profile"},
	"masked":      {"个人信息已脱敏", "Personal data is masked"},
	"anonymous":   {"未署名", "No name"},
	"nobody":      {"无客户", "nobody"},
	"event":       {"事件", "Event"},
	"time":        {"时间", "Time"},
	"source":      {"数据源", "Source"},
	"detail":      {"详情", "Detail"},
	"back":        {"返回概览", "Back to overview"},
	"lifecycle":   {"生命周期", "Lifecycle"},

	"state.building":    {"计算中", "Building"},
	"state.live":        {"实时", "Live"},
	"state.updating":    {"更新中", "Updating"},
	"state.draft":       {"草稿", "Draft"},
	"state.published":   {"已发布", "Published"},
	"state.paused":      {"已暂停", "Paused"},
	"state.running":     {"进行中", "Running"},
	"state.waiting":     {"等待中", "Waiting"},
	"state.done":        {"已完成", "Done"},
	"state.finished":    {"已完成", "Finished"},
	"state.completed":   {"已完成", "Completed"},
	"state.exited":      {"已退出", "Exited"},
	"state.failed":      {"失败", "Failed"},
	"state.planned":     {"待发送", "Planned"},
	"state.attempting":  {"发送中", "Sending"},
	"state.accepted":    {"已接收", "Accepted"},
	"state.rejected":    {"被拒绝", "Rejected"},
	"state.suppressed":  {"已拦截", "Suppressed"},
	"state.expired":     {"已过期", "Expired"},
	"state.unknown":     {"结果待查", "Unknown"},
	"cause.event":       {"事件", "event"},
	"cause.time":        {"到时", "time"},
	"cause.merge":       {"合并", "merge"},
	"cause.edit":        {"规则变更", "edit"},
	"aipl.aware":        {"认知 A", "Aware"},
	"aipl.interest":     {"兴趣 I", "Interest"},
	"aipl.purchase":     {"购买 P", "Purchase"},
	"aipl.loyal":        {"忠诚 L", "Loyal"},
	"aarrr.acquisition": {"获取", "Acquisition"},
	"aarrr.activation":  {"激活", "Activation"},
	"aarrr.retention":   {"留存", "Retention"},
	"aarrr.revenue":     {"变现", "Revenue"},
	"aarrr.referral":    {"推荐", "Referral"},

	"empty.audiences":        {"还没有人群。通过接口创建第一个：POST /api/v1/audiences", "No audience yet. Make the first one: POST /api/v1/audiences"},
	"empty.transitions":      {"还没有人进出人群。", "Nobody has entered or left an audience yet."},
	"empty.playbooks":        {"还没有已发布的旅程。", "No playbook yet."},
	"empty.deliveries":       {"还没有送达记录。", "Nothing has been sent yet."},
	"empty.feed":             {"还没有事件。把 Segment 或神策 SDK 指向本服务即可开始。", "No event yet. Point a Segment or Sensors SDK at this server."},
	"empty.members":          {"此人群目前没有成员。", "This audience has no members now."},
	"empty.members.building": {"正在计算，成员稍后出现。", "Being built; members appear soon."},
	"empty.identities":       {"没有标识", "No identities"},
	"empty.traits":           {"没有属性", "No traits"},
	"empty.tags":             {"没有标签", "No tags"},
	"empty.timeline":         {"没有可显示的事件。", "No events to show."},
	"no_events_right":        {"你的角色不能查看时间线。", "Your role may not see the timeline."},

	"email":          {"邮箱", "E-mail"},
	"password":       {"密码", "Password"},
	"password.rule":  {"至少 10 个字符", "at least 10 characters"},
	"person":         {"姓名", "Name"},
	"setup.lead":     {"创建所有者账号。此链接只能使用一次。", "Make the owner's account. This link works once."},
	"setup.no_token": {"请打开 yutang serve 启动时打印的设置链接。", "Open the set-up link that yutang serve printed when it started."},
	"setup.do":       {"创建并进入", "Create and enter"},

	"error.bad_login":         {"邮箱或密码不正确。", "The e-mail address or the password is wrong."},
	"error.bad_setup_link":    {"设置链接无效，请使用最近一次启动时打印的链接。", "The set-up link is not valid; use the one printed last."},
	"error.set_up_already":    {"所有者已存在，请登录。", "The owner exists already; sign in."},
	"error.wait":              {"尝试次数过多，请稍后再试。等待秒数：", "Too many attempts. Seconds to wait: "},
	"wrong.email":             {"请输入正确的邮箱地址。", "Enter an e-mail address."},
	"wrong.password":          {"密码需要 10 到 200 个字符。", "A password has 10 to 200 characters."},
	"wrong.name":              {"请输入姓名。", "Enter a name."},
	"error.internal.title":    {"出错了", "Something went wrong"},
	"error.internal":          {"服务内部出错，已记录。", "Something went wrong on our side. It is in the log."},
	"error.not_found.title":   {"没有找到", "Not found"},
	"error.not_found":         {"要看的内容不存在，或已被删除。", "This does not exist, or no longer."},
	"error.forbidden.title":   {"没有权限", "Not allowed"},
	"error.forbidden":         {"你的角色不能查看此页，请联系所有者。", "Your role may not see this page; ask the owner."},
	"error.invalid.title":     {"请求有误", "Bad request"},
	"error.invalid":           {"地址中的参数不正确。", "A parameter of the address is wrong."},
	"error.unavailable.title": {"暂时不可用", "Not available now"},
	"error.unavailable":       {"服务正忙，请稍后刷新。", "The service is busy; reload in a moment."},
	"request":                 {"请求编号", "Request id"},
}
