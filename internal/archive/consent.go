package archive

import (
	"context"
	"fmt"
	"slices"

	"yutang/internal/wecom"
)

// consent knows who may be archived, for one pull.
type consent struct {
	client  *wecom.Client
	allowed map[string]bool // members with a seat
	pairs   map[[2]string]bool
	rooms   map[string]map[string]bool // who of a room agrees
}

func newConsent(ctx context.Context, client *wecom.Client) (*consent, error) {
	users, err := client.MsgAuditPermitUsers(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("ask who is archived: %w", err)
	}
	c := &consent{client: client, allowed: map[string]bool{}, pairs: map[[2]string]bool{}, rooms: map[string]map[string]bool{}}
	for _, u := range users {
		c.allowed[u] = true
	}
	return c, nil
}

const pairsAtOnce = 100

// prepare asks for all that a batch needs.
func (c *consent) prepare(ctx context.Context, batch []message) error {
	var ask [][2]string
	for _, m := range batch {
		pair := [2]string{m.staff, m.external}
		switch {
		case m.room != "":
			if err := c.askRoom(ctx, m); err != nil {
				return err
			}
		case c.allowed[m.staff]:
			if _, known := c.pairs[pair]; !known && !slices.Contains(ask, pair) {
				ask = append(ask, pair)
			}
		}
	}
	for part := range slices.Chunk(ask, pairsAtOnce) {
		if err := c.askPairs(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// askPairs asks about pairs together, and one by one when the platform refuses some: who it
// does not know has not agreed.
func (c *consent) askPairs(ctx context.Context, pairs [][2]string) error {
	in := make([]wecom.ArchiveConsent, len(pairs))
	for i, p := range pairs {
		in[i] = wecom.ArchiveConsent{UserID: p[0], ExteranalOpenID: p[1]}
	}
	answers, err := c.client.MsgAuditCheckSingle(ctx, in)
	if wecom.ClassOf(err) == wecom.Business {
		if len(pairs) == 1 {
			c.pairs[pairs[0]] = false
			return nil
		}
		for _, p := range pairs {
			if err := c.askPairs(ctx, [][2]string{p}); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask who agrees: %w", err)
	}
	for _, p := range pairs {
		c.pairs[p] = false
	}
	for _, a := range answers {
		c.pairs[[2]string{a.UserID, a.ExteranalOpenID}] = agrees(a)
	}
	return nil
}

func agrees(a wecom.ArchiveConsent) bool {
	return a.AgreeStatus == "Agree" || a.AgreeStatus == "Default_Agree"
}

func (c *consent) askRoom(ctx context.Context, m message) error {
	if !m.inbound || c.rooms[m.room] != nil {
		return nil
	}
	answers, err := c.client.MsgAuditCheckRoom(ctx, m.room)
	if err != nil && wecom.ClassOf(err) != wecom.Business {
		return fmt.Errorf("ask who of a group agrees: %w", err)
	}
	c.rooms[m.room] = map[string]bool{}
	for _, a := range answers {
		c.rooms[m.room][a.ExteranalOpenID] = agrees(a)
	}
	return nil
}

// allows says whether a message may be kept, after prepare.
func (c *consent) allows(m message) bool {
	if m.room == "" {
		return c.allowed[m.staff] && c.pairs[[2]string{m.staff, m.external}]
	}
	seated := c.allowed[m.from] || slices.ContainsFunc(m.to, func(id string) bool { return c.allowed[id] })
	return seated && (!m.inbound || c.rooms[m.room][m.external])
}
