package budget

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yutang/internal/fault"
	"yutang/internal/outreach"
)

// reach refuses touches to customers who lack the identity that their channel writes to.
func (s *Service) reach(ctx context.Context, p *Plan) error {
	if s.Address == nil || s.Having == nil {
		return nil
	}
	types := make([]string, len(p.kinds))
	wanted := map[string][]int32{} // groups by type
	for i, k := range p.kinds {
		typ, err := s.Address(ctx, k.channel, k.endpoint)
		if fault.Is(err, fault.NotFound) {
			typ = gone
		} else if err != nil {
			return fmt.Errorf("ask what %s writes to: %w", k.channel, err)
		}
		if k.channel == outreach.WeComMass && accountOf(k.endpoint) == k.endpoint {
			typ = contactType + k.endpoint
		}
		if types[i] = typ; typ != "" && typ != gone {
			wanted[typ] = nil
		}
	}
	for n := range p.groups {
		g := &p.groups[n]
		for j := g.from; j < g.to; j++ {
			typ := types[p.items[j].kind]
			of, known := wanted[typ]
			if known && (len(of) == 0 || of[len(of)-1] != int32(n)) {
				wanted[typ] = append(of, int32(n))
			}
		}
	}
	having := map[string]map[uint32]bool{}
	for typ, groups := range wanted {
		var err error
		if having[typ], err = s.rootsHaving(ctx, p, typ, groups); err != nil {
			return err
		}
	}
	for i := range p.items {
		x := &p.items[i]
		switch typ := types[x.kind]; {
		case x.refuse != "" || typ == "":
		case typ == gone:
			x.refuse = outreach.NoEndpoint
		case having[typ][x.root]:
		case strings.HasPrefix(typ, contactType):
			x.refuse = outreach.NoContact
		default:
			x.refuse = outreach.NoAddress
		}
	}
	return nil
}

// contactType, with a corp, is the type of identity of the corp's contacts.
const contactType = "external_userid:"

// gone stands for the type of an endpoint that is not there any more.
const gone = "gone"

// rootsHaving says which customers have an identity of a type on any of their records.
func (s *Service) rootsHaving(ctx context.Context, p *Plan, typ string, groups []int32) (map[uint32]bool, error) {
	rootOf := map[uint32]uint32{}
	var records []uint32
	for chunk := range slices.Chunk(groups, lockEvery) {
		s.Timeline.RLock()
		for _, n := range chunk {
			root := p.items[p.groups[n].from].root
			for _, leaf := range s.Timeline.Leaves(root) {
				rootOf[leaf] = root
				records = append(records, leaf)
			}
		}
		s.Timeline.RUnlock()
	}
	found, err := s.Having(ctx, typ, records)
	if err != nil {
		return nil, err
	}
	out := make(map[uint32]bool, len(found))
	for leaf, has := range found {
		if has {
			out[rootOf[leaf]] = true
		}
	}
	return out, nil
}
