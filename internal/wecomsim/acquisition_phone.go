package wecomsim

import (
	"time"

	"yutang/internal/fault"
)

func acquisitionActions() []action {
	return []action{
		act("top_up_links", "the corp buys customers for its acquisition links", topUpLinks),
		act("delete_link", "the admin deletes an acquisition link", deleteLinkByAdmin),
	}
}

type topUpArgs struct {
	Customers int `json:"customers"`
	Days      int `json:"days"` // until they end
}

// TopUpLinks adds to the number of customers who may come by acquisition links.
func (s *Sim) TopUpLinks(customers, days int) error {
	_, err := perform(s, "top_up_links", topUpArgs{customers, days}, topUpLinks)
	return err
}

func topUpLinks(s *Sim, a topUpArgs) (struct{}, error) {
	if a.Customers <= 0 || a.Days <= 0 {
		return struct{}{}, fault.New(fault.Invalid, "bad_top_up", "give a number of customers and days")
	}
	s.topUp(a.Customers, time.Duration(a.Days)*day)
	return struct{}{}, nil
}

type linkNamed struct {
	LinkID string `json:"link_id"`
}

// DeleteLink deletes an acquisition link in the admin console.
func (s *Sim) DeleteLink(id string) error {
	_, err := perform(s, "delete_link", linkNamed{id}, deleteLinkByAdmin)
	return err
}

func deleteLinkByAdmin(s *Sim, a linkNamed) (struct{}, error) {
	l, ok := s.more.acquisition.links[a.LinkID]
	if !ok || l.deleted {
		return struct{}{}, notFound("link", a.LinkID)
	}
	l.deleted = true
	s.acquisitionEvent("link:"+l.id, "delete_link", nil, text("LinkId", l.id))
	return struct{}{}, nil
}
