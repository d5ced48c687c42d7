package wecomsim

import "yutang/internal/fault"

func transferActions() []action {
	return []action{
		act("refuse_transfer", "a customer refuses to be taken over", refuseTransfer),
	}
}

type refusal struct {
	External string `json:"external_userid"`
}

// RefuseTransfer is a customer refusing to be taken over by another member.
func (s *Sim) RefuseTransfer(external string) error {
	_, err := perform(s, "refuse_transfer", refusal{external}, refuseTransfer)
	return err
}

func refuseTransfer(s *Sim, a refusal) (struct{}, error) {
	for _, t := range s.more.handovers.byCustomer[a.External] {
		if t.status == transferWaiting {
			s.endTransfer(t, transferRefused, "customer_refused")
			return struct{}{}, nil
		}
	}
	return struct{}{}, fault.New(fault.NotFound, "no_transfer", "customer %q is not being transferred", a.External)
}

// TransferOffer is a take-over that a customer may still refuse.
type TransferOffer struct {
	External string `json:"external_userid"`
	Handover string `json:"handover_userid"`
	Takeover string `json:"takeover_userid"`
}

// Transfers lists the take-overs that wait, of one customer or ("") of all.
func (s *Sim) Transfers(external string) []TransferOffer {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []TransferOffer{}
	for _, e := range s.customerList {
		if external != "" && e.id != external {
			continue
		}
		for _, t := range s.more.handovers.byCustomer[e.id] {
			if t.status == transferWaiting {
				out = append(out, TransferOffer{t.external, t.handover, t.takeover})
			}
		}
	}
	return out
}
