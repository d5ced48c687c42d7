package wecomsim

import "slices"

const templateMost = 100 // group welcome templates of a corp

// template is a group welcome (入群欢迎语素材).
type template struct {
	ID          string       `json:"template_id"`
	Text        textPart     `json:"text"`
	Image       *imagePart   `json:"image"`
	Link        *linkPart    `json:"link"`
	MiniProgram *miniPart    `json:"miniprogram"`
	File        *mediaIDPart `json:"file"`
	Video       *mediaIDPart `json:"video"`
	AgentID     int64        `json:"agentid"`
	Notify      *int         `json:"notify"`
	app         string       // only its maker may change it
}

// attachment is the one attachment, nil without. Empty parts, as some clients send them, count
// as absent.
func (t *template) attachment() (*attachment, error) {
	var list []attachment
	if t.Image != nil && *t.Image != (imagePart{}) {
		list = append(list, attachment{MsgType: "image", Image: t.Image})
	}
	if t.Link != nil && *t.Link != (linkPart{}) {
		list = append(list, attachment{MsgType: "link", Link: t.Link})
	}
	if t.MiniProgram != nil && *t.MiniProgram != (miniPart{}) {
		list = append(list, attachment{MsgType: "miniprogram", MiniProgram: t.MiniProgram})
	}
	if t.File != nil && t.File.MediaID != "" {
		list = append(list, attachment{MsgType: "file", File: t.File})
	}
	if t.Video != nil && t.Video.MediaID != "" {
		list = append(list, attachment{MsgType: "video", Video: t.Video})
	}
	if len(list) > 1 {
		return nil, code(41064)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &list[0], nil
}

// checkTemplate reads a template from the call; most is the greatest size of the text.
func (s *Sim) checkTemplate(c *call, most int) (*template, error) {
	var t template
	if err := c.bind(&t); err != nil {
		return nil, err
	}
	if len(t.Text.Content) > most {
		return nil, code(45002)
	}
	a, err := t.attachment()
	if err != nil {
		return nil, err
	}
	if a == nil && t.Text.Content == "" {
		return nil, code(40058, "text and attachment are both empty")
	}
	if a != nil {
		if err := s.checkAttachment(*a); err != nil {
			return nil, err
		}
	}
	if t.AgentID != 0 && t.AgentID != c.app.AgentID {
		return nil, code(301002)
	}
	if t.Notify != nil && *t.Notify != 0 && *t.Notify != 1 {
		return nil, code(40058, "notify must be 0 or 1")
	}
	t.app = c.app.Name
	return &t, nil
}

func addTemplate(s *Sim, c *call) (any, error) {
	t, err := s.checkTemplate(c, 3000)
	if err != nil {
		return nil, err
	}
	if len(s.more.templates) >= templateMost {
		return nil, code(41055)
	}
	t.ID = s.ids.make("msg", 29)
	s.more.templates[t.ID] = t
	return obj{"template_id": t.ID}, nil
}

// ownTemplate finds a template that the calling app made.
func (s *Sim) ownTemplate(c *call, id string) (*template, error) {
	if id == "" {
		return nil, code(40063, "missing template_id")
	}
	t, ok := s.more.templates[id]
	switch {
	case !ok:
		return nil, code(40037)
	case t.app != c.app.Name:
		return nil, code(41058)
	}
	return t, nil
}

func editTemplate(s *Sim, c *call) (any, error) {
	t, err := s.checkTemplate(c, 4000)
	if err != nil {
		return nil, err
	}
	old, err := s.ownTemplate(c, t.ID)
	if err != nil {
		return nil, err
	}
	t.Notify = old.Notify
	*old = *t
	return nil, nil
}

type templateArgs struct {
	ID      string `json:"template_id"`
	AgentID int64  `json:"agentid"`
}

func getTemplate(s *Sim, c *call) (any, error) {
	var a templateArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	if a.ID == "" {
		return nil, code(40063, "missing template_id")
	}
	t, ok := s.more.templates[a.ID]
	if !ok {
		return nil, code(40037)
	}
	o := obj{"text": t.Text}
	part, err := t.attachment()
	if err != nil || part == nil {
		return o, err
	}
	switch part.MsgType {
	case "image":
		o["image"] = part.Image
	case "link":
		o["link"] = part.Link
	case "miniprogram":
		o["miniprogram"] = part.MiniProgram
	case "file":
		o["file"] = part.File
	default:
		o["video"] = part.Video
	}
	return o, nil
}

func delTemplate(s *Sim, c *call) (any, error) {
	var a templateArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	t, err := s.ownTemplate(c, a.ID)
	if err != nil {
		return nil, err
	}
	delete(s.more.templates, t.ID)
	for _, g := range s.groupList {
		if g.welcome == t.ID {
			g.welcome = ""
		}
	}
	return nil, nil
}

// Templates lists the ids of the group welcome templates, in order.
func (s *Sim) Templates() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for id := range s.more.templates {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
