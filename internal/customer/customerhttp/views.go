package customerhttp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"yutang/internal/access"
	"yutang/internal/customer"
	"yutang/internal/identity"
)

// StaffName is a member of staff who has the customer as a contact.
type StaffName struct {
	ID   string `json:"id" doc:"userid"`
	Name string `json:"name"`
}

// views are many customers as the caller may see them, with few queries.
func (h *handlers) views(ctx context.Context, roots []uint32) ([]View, error) {
	profiles, err := h.Customers.Profiles(ctx, roots)
	if err != nil {
		return nil, err
	}
	identities, err := h.Identity.OfCustomers(ctx, roots)
	if err != nil {
		return nil, err
	}
	open := access.Can(ctx, access.CustomersUnmask)
	out := make([]View, len(roots))
	for i := range profiles {
		out[i] = show(profiles[i], identities[i], open)
	}
	return out, h.nameStaff(ctx, out)
}

// nameStaff fills in what members are called.
func (h *handlers) nameStaff(ctx context.Context, views []View) error {
	var users []string
	for i := range views {
		for _, m := range views[i].Staff {
			users = append(users, m.ID)
		}
	}
	if len(users) == 0 || h.StaffNames == nil {
		return nil
	}
	slices.Sort(users)
	names, err := h.StaffNames(ctx, slices.Compact(users))
	if err != nil {
		return err
	}
	for i := range views {
		for k := range views[i].Staff {
			views[i].Staff[k].Name = names[views[i].Staff[k].ID]
		}
	}
	return nil
}

// show is a customer with personal values open or masked.
func show(p customer.Profile, owned []identity.Owned, open bool) View {
	traits := p.Traits
	if !open {
		p = customer.Mask(p)
	}
	v := wire(&p)
	v.summarize(traits, owned, open)
	for _, o := range owned {
		value := o.Value
		if !open {
			value = customer.MaskIdentity(o.Type, value)
		}
		v.Identities = append(v.Identities, Identity{o.Type, value, o.FirstSeen})
	}
	return v
}

// summarize fills in what a list shows of a customer. traits are open.
func (v *View) summarize(traits map[string]json.RawMessage, owned []identity.Owned, open bool) {
	v.Name, v.Phone = customer.NameIn(traits), customer.PhoneIn(traits)
	for _, o := range owned {
		if v.Phone == "" && o.Type == "phone" {
			v.Phone = o.Value
		}
	}
	if letter, _ := utf8.DecodeRuneInString(strings.TrimSpace(v.Name)); letter != utf8.RuneError {
		v.Letter = string(unicode.ToUpper(letter))
	}
	if !open {
		v.Name, v.Phone = masked("name", v.Name), masked("phone", v.Phone)
	}
	v.Channel = gjson.ParseBytes(traits["channel"]).String()
	v.Staff = []StaffName{}
	for _, user := range gjson.ParseBytes(traits["staff"]).Array() {
		v.Staff = append(v.Staff, StaffName{ID: user.String()})
	}
}

func masked(kind, text string) string {
	if text == "" {
		return ""
	}
	return customer.MaskIdentity(kind, text)
}
