package httpapi

import (
	"yutang/internal/page"
)

// PageQuery is embedded in the input of an operation that lists.
type PageQuery struct {
	Cursor string `query:"cursor" doc:"the field next of the page before"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000" doc:"how many items at most; 50 if absent"`
}

// List is the output of an operation that lists: {items, next}.
type List[T any] struct {
	Body page.Page[T]
}

// Listed turns a page of a domain's items into a list of wire items. Items is never null.
func Listed[F, T any](p page.Page[F], wire func(F) T) *List[T] {
	items := make([]T, len(p.Items))
	for i, item := range p.Items {
		items[i] = wire(item)
	}
	return &List[T]{Body: page.Page[T]{Items: items, Next: p.Next}}
}

// Empty is the output of an operation that answers 204: declare Op.Status 204.
type Empty struct{}

// None is the input of an operation that takes nothing.
type None struct{}
