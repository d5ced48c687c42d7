package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"yutang/internal/contact"
	"yutang/internal/wecomsim"
)

// relation is what both sides should say of a contact.
type relation struct {
	at     int64
	way    string
	code   string
	remark string
	tags   string
}

// same compares the contacts held with those of the platform, one by one. Groups, staff and
// tags are judged by the drift of the next pass.
func (s *syncing) same(ctx context.Context) error {
	for _, m := range s.platform.sim.Members() {
		here, err := s.here(ctx, m.User)
		if err != nil {
			return err
		}
		there := s.platform.sim.Contacts(m.User, 0, 1<<30)
		if len(there) != len(here) {
			return fmt.Errorf("%s has %d contacts there, %d here", m.User, len(there), len(here))
		}
		for _, f := range there {
			if got, want := here[f.Customer], relationOf(f); got != want {
				return fmt.Errorf("%s with %s is %+v there, %+v here", m.User, f.Customer, want, got)
			}
		}
	}
	return nil
}

func relationOf(f wecomsim.Follow) relation {
	tags := slices.Clone(f.TagIDs)
	slices.Sort(tags)
	return relation{f.At, contact.WayName(f.Way), f.State, f.Remark, strings.Join(tags, " ")}
}

// here lists the active contacts of a member by external_userid.
func (s *syncing) here(ctx context.Context, user string) (map[string]relation, error) {
	out := map[string]relation{}
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				External   string    `json:"external_userid"`
				AddedAt    time.Time `json:"added_at"`
				Provenance struct {
					State string
					Way   string `json:"add_way"`
				}
				Tags   []string
				Remark string
			}
			Next string
		}
		q := url.Values{"corp": {benchCorp}, "staff": {user}, "state": {"active"}, "limit": {"1000"}, "cursor": {cursor}}
		if err := s.manage(ctx, http.MethodGet, "/contacts?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			slices.Sort(c.Tags)
			out[c.External] = relation{c.AddedAt.Unix(), c.Provenance.Way, c.Provenance.State, c.Remark, strings.Join(c.Tags, " ")}
		}
		if cursor = page.Next; cursor == "" {
			return out, nil
		}
	}
}
