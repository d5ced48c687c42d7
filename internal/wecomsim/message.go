package wecomsim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// appMessage is a message of an app to members.
type appMessage struct {
	ID       string          `json:"msgid"`
	App      string          `json:"app"`
	At       time.Time       `json:"at"`
	To       []string        `json:"to"`
	Type     string          `json:"msgtype"`
	Body     json.RawMessage `json:"body"`
	Recalled bool            `json:"recalled"`
	seq      uint64
}

func messageEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/message/send", need: permMessage, free: true, run: sendMessage},
		{method: post, path: "/message/recall", need: permMessage, run: recallMessage},
		{method: post, path: "/message/update_template_card", need: permMessage, run: updateCard},
	}
}

type messageIn struct {
	ToUser   string      `json:"touser"`
	ToParty  string      `json:"toparty"`
	ToTag    string      `json:"totag"`
	Type     string      `json:"msgtype"`
	Agent    json.Number `json:"agentid"` // as text, too: SDKs send it so
	Once     int         `json:"enable_duplicate_check"`
	Interval int         `json:"duplicate_check_interval"`
}

func sendMessage(s *Sim, c *call) (any, error) {
	var in messageIn
	strict := c.strict
	c.strict = false // the body's name follows from msgtype
	err := c.bind(&in)
	c.strict = strict
	if err != nil {
		return nil, err
	}
	agent, err := in.Agent.Int64()
	if err != nil || agent == 0 {
		return nil, code(41011)
	}
	if agent != c.app.AgentID {
		return nil, code(301002)
	}
	if err := s.checkMessage(c, in.Type); err != nil {
		return nil, err
	}
	to, out, err := s.receivers(c, in)
	if err != nil {
		return nil, err
	}
	id := s.ids.make("", 86)
	out["msgid"] = id
	if in.Type == "template_card" {
		rc := s.ids.make("", 43)
		s.cards[rc] = id
		s.after(3*day, func() { delete(s.cards, rc) })
		out["response_code"] = rc
	}
	if in.Once == 1 && s.repeated(c, in, to) {
		return out, nil
	}
	to = s.throttle(to)
	s.messages[id] = &appMessage{ID: id, App: c.app.Name, At: s.at, To: to, Type: in.Type, Body: c.fields[in.Type], seq: s.ids.number("app message")}
	return out, nil
}

// throttle drops the surplus silently: a member gets 30 messages a minute and 1000 an hour.
func (s *Sim) throttle(to []string) []string {
	rates := []rate{{30, time.Minute}, {1000, time.Hour}}
	return slices.DeleteFunc(to, func(u string) bool {
		key := "member " + u
		delete(s.limits.blocked, key+" /message/send")
		return !s.limits.take(key, "/message/send", rates, 1, s.at)
	})
}

// repeated says whether the same app sent the same body to the same members lately.
func (s *Sim) repeated(c *call, in messageIn, to []string) bool {
	within := time.Duration(in.Interval) * time.Second
	if in.Interval <= 0 {
		within = 1800 * time.Second
	}
	within = min(within, 4*time.Hour)
	for _, m := range s.messages {
		if m.App == c.app.Name && m.Type == in.Type && s.at.Sub(m.At) < within && slices.Equal(m.To, to) && string(m.Body) == string(c.fields[in.Type]) {
			return true
		}
	}
	return false
}

// receivers resolves who gets the message and what could not be resolved.
func (s *Sim) receivers(c *call, in messageIn) ([]string, obj, error) {
	users, parties, tags := split(in.ToUser), split(in.ToParty), split(in.ToTag)
	switch {
	case len(users)+len(parties)+len(tags) == 0:
		return nil, nil, code(82001)
	case len(users) > 1000:
		return nil, nil, code(40032)
	case len(parties) > 100:
		return nil, nil, code(82002)
	case len(tags) > 100:
		return nil, nil, code(82003)
	}
	var to, badUsers, badParties []string
	add := func(m *member) {
		if m.status == memberActive && s.sees(c.app, m) && !slices.Contains(to, m.id) {
			to = append(to, m.id)
		}
	}
	if slices.Equal(users, []string{"@all"}) {
		for _, m := range s.memberList {
			add(m)
		}
		return to, obj{}, nil
	}
	for _, u := range users {
		m, ok := s.member(u)
		if !ok || m.status == memberLeft || !s.sees(c.app, m) {
			badUsers = append(badUsers, u)
			continue
		}
		add(m)
	}
	for _, p := range parties {
		id, err := strconv.ParseInt(p, 10, 64)
		if _, ok := s.department(id); err != nil || !ok {
			badParties = append(badParties, p)
			continue
		}
		for _, m := range s.memberList {
			if s.in(m, id) {
				add(m)
			}
		}
	}
	if len(to) == 0 {
		return nil, nil, code(81013)
	}
	return to, obj{"invaliduser": strings.Join(badUsers, "|"), "invalidparty": strings.Join(badParties, "|"), "invalidtag": strings.Join(tags, "|")}, nil
}

func split(v string) []string {
	return slices.DeleteFunc(strings.Split(v, "|"), func(s string) bool { return strings.TrimSpace(s) == "" })
}

// checkMessage checks the part of the body that msgtype names.
func (s *Sim) checkMessage(c *call, kind string) error {
	var p struct {
		Content     string            `json:"content"`
		MediaID     string            `json:"media_id"`
		Title       string            `json:"title"`
		Description string            `json:"description"`
		URL         string            `json:"url"`
		Articles    []json.RawMessage `json:"articles"`
		AppID       string            `json:"appid"`
		CardType    string            `json:"card_type"`
	}
	if !slices.Contains([]string{"text", "markdown", "image", "voice", "video", "file", "textcard", "news", "mpnews", "miniprogram_notice", "template_card"}, kind) {
		return code(40008)
	}
	if json.Unmarshal(c.fields[kind], &p) != nil {
		return code(44004)
	}
	switch kind {
	case "text", "markdown":
		if p.Content == "" {
			return code(44004)
		}
		if len(p.Content) > 2048 && (c.strict || kind == "markdown") {
			return code(45002)
		}
	case "image", "voice", "video", "file":
		return s.usable(p.MediaID, mediaPlain, kind)
	case "textcard":
		return (&linkPart{Title: p.Title, Desc: p.Description, URL: p.URL}).check()
	case "news", "mpnews":
		if len(p.Articles) == 0 || len(p.Articles) > 8 {
			return code(45008)
		}
	case "miniprogram_notice":
		if p.AppID == "" || p.Title == "" {
			return code(41016)
		}
	case "template_card":
		if p.CardType == "" {
			return code(40058, "missing card_type")
		}
	}
	return nil
}

func recallMessage(s *Sim, c *call) (any, error) {
	var in struct {
		ID string `json:"msgid"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	m, ok := s.messages[in.ID]
	if in.ID == "" {
		return nil, code(41046)
	}
	if !ok || m.App != c.app.Name {
		return nil, code(41047)
	}
	if s.at.Sub(m.At) > day {
		return nil, code(42052)
	}
	m.Recalled = true
	return nil, nil
}

func updateCard(s *Sim, c *call) (any, error) {
	var in struct {
		UserIDs []string        `json:"userids"`
		Agent   int64           `json:"agentid"`
		Code    string          `json:"response_code"`
		Button  json.RawMessage `json:"button"`
		Card    json.RawMessage `json:"template_card"`
		Parties []int64         `json:"partyids"`
		Tags    []int64         `json:"tagids"`
		All     int             `json:"atall"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Agent != 0 && in.Agent != c.app.AgentID {
		return nil, code(301002)
	}
	if _, ok := s.cards[in.Code]; in.Code == "" || !ok {
		return nil, code(60140)
	}
	delete(s.cards, in.Code) // good once
	return obj{"invaliduser": []string{}}, nil
}
