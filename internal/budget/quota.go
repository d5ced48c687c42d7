package budget

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"yutang/internal/outreach"
)

// QuotaUse is the quota of one account in the present period and how far it is used.
type QuotaUse struct {
	Quota
	Full int // customers whom the platform itself has called full
	Used []Used
}

// Used is how many customers have had, or are to get, so many messages of a quota.
type Used struct {
	Messages  int
	Customers int
}

// Quotas tells the platform's quota of each account of the channel wecom_mass, for today.
func (s *Service) Quotas(ctx context.Context) ([]QuotaUse, error) {
	out := []QuotaUse{}
	if s.Accounts == nil || s.Quota == nil {
		return out, nil
	}
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts with a quota: %w", err)
	}
	for _, account := range accounts {
		q, err := s.Quota(ctx, outreach.WeComMass, account, s.Clock.Now())
		if err != nil {
			return nil, err
		}
		use := QuotaUse{Quota: q}
		var customers map[int]int
		if customers, use.Full, err = s.Ledger.QuotaUse(ctx, outreach.WeComMass, q.Account, q.Start); err != nil {
			return nil, err
		}
		for _, n := range slices.Sorted(maps.Keys(customers)) {
			use.Used = append(use.Used, Used{Messages: n, Customers: customers[n]})
		}
		out = append(out, use)
	}
	return out, nil
}
