package app

import "yutang/internal/search"

// buildSearch makes the search of customers and things.
func (a *App) buildSearch() {
	a.search = search.New(search.Config{
		Customers: a.customers, Identity: a.identity, Timeline: a.timeline, Clock: a.Clock, Zone: brandZone{a.access}.Zone,
		Select: a.audiences.Select,
	})
}
