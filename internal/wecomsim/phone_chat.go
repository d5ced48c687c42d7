package wecomsim

import (
	"slices"

	"yutang/internal/fault"
)

type sayArgs struct {
	From string `json:"from"` // userid or external_userid
	To   string `json:"to"`
	Text string `json:"text"`

	Attachments []attachment `json:"attachments,omitempty"` // what a page beside the chat sends
}

// SendText lets one of a pair, member or customer, say something to the other.
func (s *Sim) SendText(from, to, words string) error {
	_, err := perform(s, "send_text", sayArgs{From: from, To: to, Text: words}, sendText)
	return err
}

func sendText(s *Sim, a sayArgs) (struct{}, error) {
	p := Pair{User: a.From, Customer: a.To}
	if _, ok := s.customers[a.From]; ok {
		p = Pair{User: a.To, Customer: a.From}
	}
	f, err := s.live(p)
	if err != nil {
		return struct{}{}, err
	}
	f.chatted, f.talked = true, s.at.Unix()
	s.say(f, Message{From: a.From, Kind: "text", Text: a.Text, Attachments: a.Attachments})
	if a.From == f.customer.id {
		s.talkedTo(f.member.id, f.customer.id)
	}
	s.archiveText(a.From, []string{a.To}, "", a.Text)
	return struct{}{}, nil
}

// DeleteStaff lets a customer delete a member: del_follow_user.
func (s *Sim) DeleteStaff(customer, user string) error {
	_, err := perform(s, "delete_staff", Pair{User: user, Customer: customer}, deleteStaff)
	return err
}

func deleteStaff(s *Sim, p Pair) (struct{}, error) {
	f, err := s.live(p)
	if err != nil {
		return struct{}{}, err
	}
	if s.knobs.KeepLost {
		f.lost = true
	} else {
		s.part(f)
	}
	s.dropped(f.member.id)
	s.emit(contactEvent("del_follow_user", f))
	return struct{}{}, nil
}

// DeleteCustomer lets a member delete a customer: del_external_contact.
func (s *Sim) DeleteCustomer(user, customer string) error {
	_, err := perform(s, "delete_customer", Pair{user, customer}, deleteCustomer)
	return err
}

func deleteCustomer(s *Sim, p Pair) (struct{}, error) {
	c, ok := s.customers[p.Customer]
	if !ok {
		return struct{}{}, notFound("customer", p.Customer)
	}
	f, ok := c.relation(p.User)
	if !ok {
		return struct{}{}, fault.New(fault.NotFound, "no_contact", "%s and %s are not in contact", p.User, p.Customer)
	}
	s.part(f)
	s.emit(contactEvent("del_external_contact", f))
	return struct{}{}, nil
}

// Remark is a member's edit; nil fields stay.
type Remark struct {
	Pair
	Remark      *string  `json:"remark,omitempty"`
	Description *string  `json:"description,omitempty"`
	Company     *string  `json:"company,omitempty"`
	Mobiles     []string `json:"mobiles,omitempty"`
}

// EditRemark lets a member edit what is noted about a customer. Mobiles alone raise no callback.
func (s *Sim) EditRemark(r Remark) error {
	_, err := perform(s, "edit_remark", r, editRemark)
	return err
}

func editRemark(s *Sim, r Remark) (struct{}, error) {
	f, err := s.live(r.Pair)
	if err != nil {
		return struct{}{}, err
	}
	set(&f.remark, r.Remark)
	set(&f.description, r.Description)
	set(&f.company, r.Company)
	if r.Mobiles != nil {
		f.mobiles = r.Mobiles
	}
	if r.Remark != nil || r.Description != nil || r.Company != nil {
		s.emit(contactEvent("edit_external_contact", f))
	}
	return struct{}{}, nil
}

type tagArgs struct {
	Pair
	Add    []string `json:"add,omitempty"` // tag ids, or names of corp tags
	Remove []string `json:"remove,omitempty"`
}

// EditTags lets a member put corp tags on a customer or take them off, by id or name.
func (s *Sim) EditTags(user, customer string, add, remove []string) error {
	_, err := perform(s, "edit_tags", tagArgs{Pair{user, customer}, add, remove}, editTags)
	return err
}

func editTags(s *Sim, a tagArgs) (struct{}, error) {
	f, err := s.live(a.Pair)
	if err != nil {
		return struct{}{}, err
	}
	if err := s.changeTags(f, s.tagIDs(a.Add), s.tagIDs(a.Remove)); err != nil {
		return struct{}{}, fault.New(fault.NotFound, "no_tag", "%v", err)
	}
	s.emit(contactEvent("edit_external_contact", f))
	return struct{}{}, nil
}

// tagIDs replaces names of corp tags by their ids.
func (s *Sim) tagIDs(list []string) []string {
	out := slices.Clone(list)
	for i, v := range out {
		if _, ok := s.tags[v]; ok {
			continue
		}
		for _, g := range s.tagGroups {
			for _, t := range g.tags {
				if !t.deleted && (t.name == v || g.name+"/"+t.name == v) {
					out[i] = t.id
				}
			}
		}
	}
	return out
}

type personalTagArgs struct {
	Pair
	Tags []string `json:"tags"`
}

func editPersonalTags(s *Sim, a personalTagArgs) (struct{}, error) {
	f, err := s.live(a.Pair)
	if err != nil {
		return struct{}{}, err
	}
	f.personal = a.Tags
	return struct{}{}, nil
}

type consentArgs struct {
	Pair
	Refuse bool `json:"refuse,omitempty"`
}

func consent(s *Sim, a consentArgs) (struct{}, error) {
	f, err := s.live(a.Pair)
	if err != nil {
		return struct{}{}, err
	}
	f.customer.consents = !a.Refuse
	s.agreed(f, !a.Refuse)
	if !a.Refuse {
		s.emitTo(contactEvent("msg_audit_approved", f), s.welcomeFor(f))
	}
	return struct{}{}, nil
}
