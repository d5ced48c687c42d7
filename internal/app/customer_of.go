package app

import (
	"yutang/internal/contact"
	"yutang/internal/id"
)

// customerOf is the id of the customer who is this contact now, "" of nobody known.
func (a *App) customerOf(corp, external string) string {
	a.timeline.RLock()
	defer a.timeline.RUnlock()
	root, ok := a.identity.Lookup(contact.IdentityOf(corp, external))
	if !ok {
		return ""
	}
	return id.Customer(root)
}
