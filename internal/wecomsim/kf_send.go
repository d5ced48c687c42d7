package wecomsim

import "encoding/json"

// kfMsg is a message that an app sends.
type kfMsg struct {
	To      string    `json:"touser"`
	Account string    `json:"open_kfid"`
	Code    string    `json:"code"`
	MsgID   string    `json:"msgid"`
	Type    string    `json:"msgtype"`
	Text    *textPart `json:"text"`

	Image *mediaIDPart `json:"image"`
	Voice *mediaIDPart `json:"voice"`
	Video *mediaIDPart `json:"video"`
	File  *mediaIDPart `json:"file"`
	Link  *struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
		URL   string `json:"url"`
		Thumb string `json:"thumb_media_id"`
	} `json:"link"`
	Mini *struct {
		AppID string `json:"appid"`
		Title string `json:"title"`
		Thumb string `json:"thumb_media_id"`
		Page  string `json:"pagepath"`
	} `json:"miniprogram"`
	Menu *struct {
		Head string            `json:"head_content"`
		List []json.RawMessage `json:"list"`
		Tail string            `json:"tail_content"`
	} `json:"msgmenu"`
	Location *struct {
		Name      string  `json:"name"`
		Address   string  `json:"address"`
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	} `json:"location"`
	CaLink *struct {
		URL string `json:"link_url"`
	} `json:"ca_link"`
}

// words are what a phone shows of the message.
func (m kfMsg) words() string {
	switch {
	case m.Text != nil:
		return m.Text.Content
	case m.Menu != nil:
		return m.Menu.Head
	case m.Link != nil:
		return m.Link.Title
	case m.Mini != nil:
		return m.Mini.Title
	}
	return ""
}

func (s *Sim) checkKfMsg(m kfMsg) error {
	if len(m.MsgID) > 32 {
		return code(40058, "msgid exceed max utf8 length 32")
	}
	switch {
	case m.Type == "text" && m.Text != nil:
		if m.Text.Content == "" {
			return code(44004)
		}
		if len(m.Text.Content) > 2048 {
			return code(45002)
		}
	case m.Type == "image" && m.Image != nil:
		return s.usable(m.Image.MediaID, mediaPlain, "image")
	case m.Type == "voice" && m.Voice != nil:
		return s.usable(m.Voice.MediaID, mediaPlain, "voice")
	case m.Type == "video" && m.Video != nil:
		return s.usable(m.Video.MediaID, mediaPlain, "video")
	case m.Type == "file" && m.File != nil:
		return s.usable(m.File.MediaID, mediaPlain, "file")
	case m.Type == "link" && m.Link != nil:
		if m.Link.Title == "" || m.Link.URL == "" {
			return code(40058, "missing title or url")
		}
		return s.usable(m.Link.Thumb, mediaPlain, "image")
	case m.Type == "miniprogram" && m.Mini != nil:
		if m.Mini.AppID == "" || m.Mini.Page == "" {
			return code(40058, "missing appid or pagepath")
		}
		return s.usable(m.Mini.Thumb, mediaPlain, "image")
	case m.Type == "msgmenu" && m.Menu != nil:
		if len(m.Menu.List) > 10 {
			return code(95008)
		}
	case m.Type == "location" && m.Location != nil:
	case m.Type == "ca_link" && m.CaLink != nil:
	default:
		return code(40008)
	}
	return nil
}

func kfSend(s *Sim, c *call) (any, error) {
	var m kfMsg
	if err := c.bind(&m); err != nil {
		return nil, err
	}
	a, err := s.kfNamed(m.Account)
	if err != nil {
		return nil, err
	}
	if _, err := c.external(s, m.To); err != nil {
		return nil, err
	}
	if err := s.checkKfMsg(m); err != nil {
		return nil, err
	}
	k, ok := a.sessions[m.To]
	if !ok {
		return nil, code(95002)
	}
	if n := k.maySend(s.at, s.knobs.More.KfHumanSend); n != 0 {
		return nil, code(n)
	}
	k.sent++
	return s.kfSaid(a, m, m.To), nil
}

// kfSaid puts the app's message on the customer's phone. A customer who refuses messages makes
// it fail later, by an event.
func (s *Sim) kfSaid(a *kfAccount, m kfMsg, customer string) obj {
	if m.MsgID == "" {
		m.MsgID = s.ids.make("kfmsg", 27)
	}
	if a.rejects[customer] {
		s.kfEvent(a, "msg_send_fail", obj{"external_userid": customer, "fail_msgid": m.MsgID, "fail_type": 10})
		return obj{"msgid": m.MsgID}
	}
	a.talk[customer] = append(a.talk[customer], Message{At: s.at, From: a.id, Kind: m.Type, Text: m.words()})
	return obj{"msgid": m.MsgID}
}

func kfSendOnEvent(s *Sim, c *call) (any, error) {
	var m kfMsg
	if err := c.bind(&m); err != nil {
		return nil, err
	}
	if m.Code == "" {
		return nil, code(40063, "missing code")
	}
	if m.Type != "text" && m.Type != "msgmenu" {
		return nil, code(40008)
	}
	if err := s.checkKfMsg(m); err != nil {
		return nil, err
	}
	v, ok := s.more.kf.codes[m.Code]
	if !ok || !s.at.Before(v.expires) {
		return nil, code(40029)
	}
	a := s.kfAccount(v.account)
	if a == nil {
		return nil, code(95004)
	}
	delete(s.more.kf.codes, m.Code)
	if v.welcome {
		a.session(v.customer).welcomed = s.at
	}
	return s.kfSaid(a, m, v.customer), nil
}

func kfCustomers(s *Sim, c *call) (any, error) {
	var a struct {
		List []string `json:"external_userid_list"`
		Need int      `json:"need_enter_session_context"`
	}
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if len(a.List) == 0 || len(a.List) > 100 {
		return nil, code(40058, "external_userid_list must have 1 to 100")
	}
	known, unknown := []obj{}, []string{}
	for _, id := range a.List {
		e, ok := s.customers[id]
		if !ok {
			unknown = append(unknown, id)
			continue
		}
		o := obj{"external_userid": e.id, "nickname": e.name, "avatar": s.avatar(e.id), "gender": e.gender}
		if u := s.unionid(e); u != "" {
			o["unionid"] = u
		}
		known = append(known, o)
	}
	return obj{"customer_list": known, "invalid_external_userid": unknown}, nil
}

const kfStatisticDays = 180

// kfStatistic gives one row for each day asked for that has counters.
func (s *Sim) kfStatistic(c *call, row func(d *kfDay, servicer string) obj) (any, error) {
	var a kfArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if err := checkSpan(a.Start, a.End, 31*day); err != nil {
		return nil, err
	}
	if s.at.Unix()-a.Start > kfStatisticDays*86400 {
		return nil, code(40058, "start_time is too old")
	}
	accounts := s.more.kf.accounts
	if a.Account != "" {
		k, err := s.kfNamed(a.Account)
		if err != nil {
			return nil, err
		}
		accounts = []*kfAccount{k}
	}
	list := []obj{}
	first, last := dayNumber(a.Start), dayNumber(a.End)
	for n := first; n <= last; n++ {
		sum := &kfDay{customers: map[string]bool{}, byServicer: map[string]int{}}
		for _, k := range accounts {
			sum.add(k.days[n])
		}
		list = append(list, obj{"stat_time": dayStart(n), "statistic": row(sum, a.Servicer)})
	}
	return obj{"statistic_list": list}, nil
}

func (d *kfDay) add(o *kfDay) {
	if o == nil {
		return
	}
	d.sessions, d.said = d.sessions+o.sessions, d.said+o.said
	for id := range o.customers {
		d.customers[id] = true
	}
	for user, n := range o.byServicer {
		d.byServicer[user] += n
	}
}

func kfCorpStatistic(s *Sim, c *call) (any, error) {
	return s.kfStatistic(c, func(d *kfDay, _ string) obj {
		return obj{"session_cnt": d.sessions, "customer_cnt": len(d.customers), "customer_msg_cnt": d.said, "upgrade_service_customer_cnt": 0}
	})
}

func kfServicerStatistic(s *Sim, c *call) (any, error) {
	return s.kfStatistic(c, func(d *kfDay, servicer string) obj {
		n := 0
		for user, k := range d.byServicer {
			if servicer == "" || user == servicer {
				n += k
			}
		}
		return obj{"session_cnt": n, "customer_cnt": len(d.customers), "customer_msg_cnt": d.said}
	})
}
