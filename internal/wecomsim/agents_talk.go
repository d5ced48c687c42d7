package wecomsim

import (
	"math/rand/v2"
	"slices"
)

// agentActs is what agents may do, and how often compared with each other.
var agentActs = []struct {
	weight int
	run    func(*Sim, *rand.Rand) bool
}{
	{22, agentScans},
	{3, agentOpensLink},
	{2, agentIsAdded},
	{14, agentGreets},
	{18, agentAnswers},
	{12, agentWrites},
	{6, agentJoins},
	{8, agentTalksInGroup},
	{2, agentLeaves},
	{6, agentLikes},
	{2, agentComments},
	{3, agentDeletesStaff},
	{5, agentTags},
	{3, agentRemarks},
	{1, agentDeletesCustomer},
	{2, agentConfirms},
	{1, agentRefuses},
	{2, agentAsksService},
}

var (
	greetings = []string{"你好，刚扫码加的", "您好！看到卡片上说有优惠券？", "在吗？想咨询一下新品", "你好呀，领一下入会礼", "收到啦，谢谢", "请问今天门店几点关门？"}
	questions = []string{"这款还有货吗？", "上次买的很好用，想再来一份", "有适合敏感肌的吗？", "包邮吗？", "优惠券怎么用呀？", "什么时候发货？", "可以退换吗？", "送人的话推荐哪一款？", "会员日是哪天？", "能帮我查一下积分吗？"}
	answers   = []string{"您好，在的～", "这款有现货，今天下单明天发出", "我帮您看一下，稍等", "可以的，七天无理由退换", "给您留了一张券，下单时选就行", "推荐您试试小样装", "会员日是每月8号，满200减30", "积分已经帮您查好啦，还有320分", "地址发我就行，我来安排"}
	chatter   = []string{"大家周末好", "今天直播几点开始？", "已下单！", "这个颜色真好看", "求链接", "收到货了，包装很用心", "有拼团吗", "打卡第3天", "谢谢群主的福利"}
	notices   = []string{"晚上八点直播间见，前一百名有礼", "今日群内专享价已上架", "新品试用报名开始啦，回复1参加", "会员日提醒：满200减30"}
	comments  = []string{"好看！", "什么时候上新？", "已种草", "支持一下", "门店有吗？"}
	remarks   = []string{"老客", "高意向", "爱喝茶", "有宝宝", "敏感肌", "送礼"}
)

func one(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// someMember is an active member whose phone lies there, nil if none was found.
func (s *Sim) someMember(r *rand.Rand) *member {
	for range 8 {
		if len(s.memberList) == 0 {
			return nil
		}
		if m := s.memberList[r.IntN(len(s.memberList))]; m.status == memberActive && m.follow && s.idle(m.id) {
			return m
		}
	}
	return nil
}

// someFollow is a live relation, nil if none was found.
func (s *Sim) someFollow(r *rand.Rand) *follow {
	for range 8 {
		m := s.someMember(r)
		if m == nil || len(m.contacts) == 0 {
			continue
		}
		if f := m.contacts[r.IntN(len(m.contacts))]; !f.lost && !f.half && s.idle(f.customer.id) {
			return f
		}
	}
	return nil
}

// alive finds the relation of a remembered pair, if agents may talk in it.
func (s *Sim) alive(p pair) bool {
	m, ok := s.member(p.user)
	if !ok || m.status != memberActive || !s.idle(p.user) || !s.idle(p.external) {
		return false
	}
	_, err := s.live(Pair{p.user, p.external})
	return err == nil
}

// agentGreets is a new customer saying the first words.
func agentGreets(s *Sim, r *rand.Rand) bool {
	g := &s.more.agents
	for len(g.fresh) > 0 {
		i := r.IntN(len(g.fresh))
		p := g.fresh[i]
		g.fresh = slices.Delete(g.fresh, i, i+1)
		if s.alive(p) {
			return s.agentSays(p, p.external, one(r, greetings))
		}
	}
	return false
}

// agentWrites is a customer asking something.
func agentWrites(s *Sim, r *rand.Rand) bool {
	f := s.someFollow(r)
	return f != nil && s.agentSays(pair{f.member.id, f.customer.id}, f.customer.id, one(r, questions))
}

// agentAnswers is a member answering who asked first.
func agentAnswers(s *Sim, r *rand.Rand) bool {
	g := &s.more.agents
	for len(g.asked) > 0 {
		p := g.asked[0]
		g.asked = g.asked[1:]
		if s.alive(p) {
			return s.agentSays(p, p.user, one(r, answers))
		}
	}
	return false
}

func (s *Sim) agentSays(p pair, from, words string) bool {
	to := p.external
	if from == p.external {
		to = p.user
		s.more.agents.asked = remember(s.more.agents.asked, p)
	}
	_, ok := does(s, "send_text", sayArgs{From: from, To: to, Text: words}, sendText)
	return ok
}

// someGroup is a group that goes on, nil if none was found.
func (s *Sim) someGroup(r *rand.Rand) *group {
	for range 4 {
		if len(s.groupList) == 0 {
			return nil
		}
		if g := s.groupList[r.IntN(len(s.groupList))]; !g.dismissed && len(g.members) > 1 {
			return g
		}
	}
	return nil
}

func agentTalksInGroup(s *Sim, r *rand.Rand) bool {
	g := s.someGroup(r)
	if g == nil {
		return false
	}
	m := g.members[r.IntN(len(g.members))]
	words := chatter
	if !m.external {
		words = notices
	}
	if !s.idle(m.id) {
		return false
	}
	_, ok := does(s, "say_in_group", groupText{g.id, m.id, one(r, words)}, sayInGroup)
	return ok
}

// agentAsksService is a customer writing to a customer-service account; a servicer answers who
// waits.
func agentAsksService(s *Sim, r *rand.Rand) bool {
	list := s.more.kf.accounts
	if len(list) == 0 {
		return false
	}
	k := list[r.IntN(len(list))]
	for _, c := range k.visitors {
		if len(k.servicers) > 0 && k.sessions[c].state == kfQueue && k.servicers[0].user != "" {
			a := KfAct{Account: k.id, Customer: c, User: k.servicers[0].user, Text: one(r, answers)}
			if _, ok := does(s, "kf_serve", KfAct{Account: a.Account, Customer: a.Customer, User: a.User}, kfServe); !ok {
				return false
			}
			_, ok := does(s, "kf_answer", KfAct{Account: a.Account, Customer: a.Customer, Text: a.Text}, kfAnswer)
			return ok
		}
	}
	f := s.someFollow(r)
	if f == nil {
		return false
	}
	a := KfAct{Account: k.id, Customer: f.customer.id}
	if _, ok := does(s, "kf_enter", a, kfEnter); !ok {
		return false
	}
	a.Text = one(r, questions)
	_, ok := does(s, "kf_say", a, kfSay)
	return ok
}
