package customerhttp

import (
	"context"
	"strings"

	"yutang/internal/event"
	"yutang/internal/fault"
	"yutang/internal/httpapi"
	"yutang/internal/page"
)

type listInput struct {
	httpapi.PageQuery
	Identity string `query:"identity" doc:"TYPE:VALUE, such as phone:13812345678 or openid:wx123:oABC"`
	Q        string `query:"q" doc:"a part of a name, the end of a phone number (four digits or more), or a whole phone number, e-mail address or member number"`
	Audience string `query:"audience" doc:"id of an audience"`
	Tag      string `query:"tag"`
}

// list answers one question: which one of the filters is given.
func (h *handlers) list(ctx context.Context, in *listInput) (*httpapi.List[View], error) {
	given := 0
	for _, f := range []string{in.Identity, in.Q, in.Audience, in.Tag} {
		if f != "" {
			given++
		}
	}
	if given > 1 {
		return nil, fault.BadField("q", "give one of identity, q, audience and tag")
	}
	var last uint32
	if _, err := page.After(in.Cursor, &last); err != nil {
		return nil, err
	}
	limit := page.Limit(in.Limit)
	var roots []uint32
	var err error
	more := false
	switch {
	case in.Identity != "":
		roots, err = h.byIdentity(in.Identity)
	case in.Q != "":
		roots = h.byText(in.Q, last, limit+1)
	case in.Audience != "":
		roots, more, err = h.Audiences.Members(ctx, in.Audience, last, limit)
	case in.Tag != "":
		roots = h.byTag(in.Tag, last, limit+1)
	default:
		roots = h.newest(last, limit+1)
	}
	if err != nil {
		return nil, err
	}
	return h.page(ctx, roots, limit, more)
}

// page shows the first limit of roots, with a cursor if there are more.
func (h *handlers) page(ctx context.Context, roots []uint32, limit int, more bool) (*httpapi.List[View], error) {
	out := page.Page[View]{}
	if len(roots) > limit {
		roots, more = roots[:limit], true
	}
	for _, root := range roots {
		v, err := h.view(ctx, root)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, v)
	}
	if more && len(roots) > 0 {
		out.Next = page.Cursor(roots[len(roots)-1])
	}
	return httpapi.Listed(out, func(v View) View { return v }), nil
}

// identityTypes with an app or corp in the type: TYPE:APP:VALUE.
var scopedTypes = []string{"openid", "external_userid"}

func (h *handlers) byIdentity(text string) ([]uint32, error) {
	kind, value, ok := strings.Cut(text, ":")
	for _, scoped := range scopedTypes {
		if app, rest, two := strings.Cut(value, ":"); ok && two && kind == scoped {
			kind, value = kind+":"+app, rest
		}
	}
	if !ok || kind == "" || value == "" {
		return nil, fault.BadField("identity", "wants TYPE:VALUE, such as phone:13812345678")
	}
	return h.owner(event.Identity{Type: kind, Value: value}), nil
}

func (h *handlers) owner(who event.Identity) []uint32 {
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	if root, ok := h.Identity.Lookup(who); ok {
		return []uint32{root}
	}
	return nil
}

// byText tries whole identities first, then names and phone tails.
func (h *handlers) byText(q string, after uint32, limit int) []uint32 {
	q = strings.TrimSpace(q)
	if after == 0 {
		kinds := []string{"phone", "member_no", "user_id"}
		if strings.Contains(q, "@") {
			kinds = []string{"email"}
		}
		for _, kind := range kinds {
			if found := h.owner(event.Identity{Type: kind, Value: q}); found != nil {
				return found
			}
		}
	}
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	return h.Customers.Find(q, after, limit)
}

func (h *handlers) byTag(tag string, after uint32, limit int) (out []uint32) {
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	set, ok := h.Customers.HasTag(tag)
	if !ok {
		return nil
	}
	it := set.Iterator()
	it.AdvanceIfNeeded(after + 1)
	for it.HasNext() && len(out) < limit {
		out = append(out, it.Next())
	}
	return out
}

// newest are customers before the given number, the latest first.
func (h *handlers) newest(before uint32, limit int) (out []uint32) {
	h.Timeline.RLock()
	defer h.Timeline.RUnlock()
	if before == 0 {
		before = uint32(h.Timeline.Customers()) + 1
	}
	for ord := before - 1; ord > 0 && len(out) < limit; ord-- {
		if h.Timeline.Root(ord) == ord {
			out = append(out, ord)
		}
	}
	return out
}
