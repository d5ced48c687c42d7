package console

import "yutang/internal/access"

// Page is a page of the workbench, for the test that walks them.
type Page struct {
	Pattern string
	Needs   access.Permission
}

// Pages lists the workbench.
func Pages() (out []Page) {
	for _, r := range workbench() {
		out = append(out, Page{r.pattern, r.needs})
	}
	return out
}
