package wecomsim

import (
	"slices"
	"time"
)

// welcomeLife is how long a welcome code is good.
const welcomeLife = 20 * time.Second

// welcomeCode lets an app greet a customer who was just added. The apps' codes of one
// addition are different texts for one right: the first call uses it up.
type welcomeCode struct {
	made  time.Time
	right *welcomeRight
}

type welcomeRight struct {
	relation *follow
	used     bool
}

// Message is one message of a chat.
type Message struct {
	At          time.Time    `json:"at"`
	From        string       `json:"from"` // userid or external_userid
	Kind        string       `json:"kind"` // text, welcome, mass, card ...
	Text        string       `json:"text,omitempty"`
	Attachments []attachment `json:"attachments,omitempty"`
}

func welcomeEndpoints() []endpoint {
	return []endpoint{{method: post, path: "/externalcontact/send_welcome_msg", need: permContact, run: sendWelcome}}
}

func sendWelcome(s *Sim, c *call) (any, error) {
	var in struct {
		Code        string       `json:"welcome_code"`
		Text        *textPart    `json:"text"`
		Attachments []attachment `json:"attachments"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Code == "" {
		return nil, code(41049)
	}
	if in.Text.textContent() == "" && len(in.Attachments) == 0 {
		return nil, code(40058, "text and attachments are both empty")
	}
	if len(in.Text.textContent()) > 4000 {
		return nil, code(45002)
	}
	if err := s.checkAttachments(in.Attachments, 9); err != nil {
		return nil, err
	}
	w, ok := s.welcomes[in.Code]
	if !ok || !s.at.Before(w.made.Add(welcomeLife)) {
		return nil, code(41050)
	}
	f := w.right.relation
	switch {
	case w.right.used || f.chatted:
		return nil, code(41051)
	case s.knobs.ArchiveConsent && !f.customer.consents:
		return nil, code(41053)
	case s.knobs.WelcomeBusy > 0:
		s.knobs.WelcomeBusy--
		return nil, code(41096)
	}
	w.right.used, f.welcomed = true, true
	s.say(f, Message{From: f.member.id, Kind: "welcome", Text: in.Text.textContent(), Attachments: in.Attachments})
	return nil, nil
}

// welcomeFor gives each app its code for a new relation, or none where the rules say so.
func (s *Sim) welcomeFor(f *follow) func(*app) []field {
	if f.chatted || f.welcomed || f.customer.kind == typeWeCom || slices.Contains(s.knobs.ConsoleWelcome, f.member.id) {
		return nil
	}
	right := &welcomeRight{relation: f}
	return func(a *app) []field {
		if !a.may(permContact) {
			return nil
		}
		v := s.ids.make("", 43)
		s.welcomes[v] = &welcomeCode{made: s.at, right: right}
		s.after(10*time.Minute, func() { delete(s.welcomes, v) })
		return []field{text("WelcomeCode", v)}
	}
}

// say puts a message into the chat of a relation.
func (s *Sim) say(f *follow, m Message) {
	m.At = s.at
	p := pair{f.member.id, f.customer.id}
	s.chats[p] = append(s.chats[p], m)
}
