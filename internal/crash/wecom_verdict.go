package crash

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"yutang/internal/db"
	"yutang/internal/event"
	"yutang/internal/seal"
)

// WeComVerdict is what came out of a harness with WeCom.
type WeComVerdict struct {
	Told, Acked, Kept int // distinct callbacks
	Welcomes          int

	Lost  []string // answered 200, not in the inbox
	Stuck []string // in the inbox, not processed to their end
	Wrong []string // anything else
}

// Err is nil if the verdict is good.
func (v *WeComVerdict) Err() error {
	for what, cases := range map[string][]string{
		"callbacks answered 200 are not in the inbox": v.Lost, "callbacks are not processed to their end": v.Stuck, "things are wrong": v.Wrong,
	} {
		if len(cases) > 0 {
			return fmt.Errorf("%d %s: %q", len(cases), what, cases[:min(len(cases), 5)])
		}
	}
	return nil
}

// String is the verdict in one line.
func (v *WeComVerdict) String() string {
	return fmt.Sprintf("%d callbacks, %d answered 200, %d kept, %d welcomes; %d lost, %d stuck, %d wrong",
		v.Told, v.Acked, v.Kept, v.Welcomes, len(v.Lost), len(v.Stuck), len(v.Wrong))
}

// Verify lets everything come to rest, has the server compare itself with the platform,
// stops it and judges.
func (w *WeCom) Verify(ctx context.Context, c *crowd) (*WeComVerdict, error) {
	if err := w.Settle(ctx); err != nil {
		return nil, err
	}
	if err := w.Reconcile(ctx); err != nil {
		return nil, err
	}
	if err := w.Settle(ctx); err != nil {
		return nil, err
	}
	v := &WeComVerdict{}
	known, err := w.Contacts(ctx)
	if err != nil {
		return nil, err
	}
	v.checkContacts(known, c)
	v.checkWelcomes(w, c)
	w.door.gate.Close()
	if err := w.server.Stop(); err != nil {
		return nil, err
	}
	told, err := w.door.Acked()
	if err != nil {
		return nil, err
	}
	rows, err := readInbox(ctx, w.Data)
	if err != nil {
		return nil, err
	}
	order := v.checkInbox(told, rows)
	added, err := readAdditions(ctx, w.Data)
	if err != nil {
		return nil, err
	}
	v.checkAdditions(order, added, c)
	return v, nil
}

func (v *WeComVerdict) wrong(format string, args ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, args...))
}

// checkInbox: all that was answered is there, once, and processed; nothing else is there.
// It gives the bodies in order of arrival.
func (v *WeComVerdict) checkInbox(told map[string]bool, rows []inboxRow) (order []string) {
	bodies, kept := map[string]string{}, map[string]int{}
	for body := range told {
		sum := sha256.Sum256([]byte(body))
		bodies[hex.EncodeToString(sum[:])] = body
	}
	for _, r := range rows {
		kept[r.hash]++
		switch {
		case bodies[r.hash] == "":
			v.wrong("the inbox has %s, which nobody sent", r.event)
		case kept[r.hash] > 1:
			v.wrong("%s is there twice", r.event)
		case r.state != "done" && r.state != "ignored":
			v.Stuck = append(v.Stuck, r.state+" "+r.event+" "+r.reason)
		default:
			order = append(order, bodies[r.hash])
		}
	}
	for hash, body := range bodies {
		if told[body] {
			v.Acked++
			if kept[hash] == 0 {
				v.Lost = append(v.Lost, element(body, "ChangeType")+" "+element(body, "ExternalUserID"))
			}
		}
	}
	v.Told, v.Kept = len(told), len(kept)
	return order
}

// checkContacts: who is in contact with whom is what the platform says.
func (v *WeComVerdict) checkContacts(known []contactRow, c *crowd) {
	active := map[pair]bool{}
	for _, r := range known {
		p := pair{r.Staff, r.External}
		active[p] = r.State == "active"
		if r.Additions > len(c.adds[p]) {
			v.wrong("%v was added %d times, the server says %d", p, len(c.adds[p]), r.Additions)
		}
	}
	for _, p := range c.pairs {
		f, ok := c.sim.Customer(p.external)
		there := false
		for _, x := range f.Follows {
			there = there || (x.User == p.staff && !x.Lost)
		}
		if !ok || there != active[p] {
			v.wrong("%v is in contact: %t at the platform, %t here", p, there, active[p])
		}
	}
}

// checkWelcomes: nobody was greeted more often than they came.
func (v *WeComVerdict) checkWelcomes(w *WeCom, c *crowd) {
	for external, codes := range c.codes {
		got := w.sim.Welcomes(external)
		v.Welcomes += len(got)
		if len(got) > codes {
			v.wrong("%s was greeted %d times with %d codes", external, len(got), codes)
		}
	}
}

// story is what was told of one pair.
type story struct {
	adds, all int
	latest    int64
	disorder  bool // something arrived after what happened later
}

func stories(order []string) map[pair]*story {
	out := map[pair]*story{}
	for _, body := range order {
		change := element(body, "ChangeType")
		if change != "add_external_contact" && !strings.HasPrefix(change, "del_") {
			continue
		}
		p := pair{element(body, "UserID"), element(body, "ExternalUserID")}
		if out[p] == nil {
			out[p] = &story{}
		}
		at := gjson.Parse(element(body, "CreateTime")).Int()
		out[p].disorder = out[p].disorder || at < out[p].latest
		out[p].latest = max(out[p].latest, at)
		out[p].all++
		if change == "add_external_contact" {
			out[p].adds++
		}
	}
	return out
}

// checkAdditions: one Contact Added for each addition, if all about the pair was told, and
// in order. Where something was lost or late, additions within minutes may be taken for
// one; but none is made up, none is told twice, and who came at all has one.
func (v *WeComVerdict) checkAdditions(order []string, added map[pair][]int64, c *crowd) {
	told := stories(order)
	for _, p := range c.pairs {
		s := told[p]
		if s == nil {
			s = &story{}
		}
		slices.Sort(added[p])
		once := slices.Compact(slices.Clone(added[p]))
		whole := !s.disorder && s.all == len(c.adds[p])+c.ends[p]
		madeUp := slices.ContainsFunc(once, func(at int64) bool { return !slices.Contains(c.adds[p], at) })
		if len(once) != len(added[p]) || madeUp || (whole && len(once) != len(c.adds[p])) || (s.adds > 0 && len(once) == 0) {
			v.wrong("%v was added at %v, ended %d times, told %+v; Contact Added at %v", p, c.adds[p], c.ends[p], *s, added[p])
		}
	}
	for p := range added {
		if len(c.adds[p]) == 0 {
			v.wrong("Contact Added of %v, who never came", p)
		}
	}
}

// readAdditions reads the Contact Added events of a stopped server: seconds, by pair.
func readAdditions(ctx context.Context, data string) (map[pair][]int64, error) {
	d, err := db.Open(ctx, filepath.Join(data, "yutang.db"))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	box, err := seal.OpenKeyFile(filepath.Join(data, "key"))
	if err != nil {
		return nil, err
	}
	log := event.NewLog(d, box)
	if err := log.Load(ctx); err != nil {
		return nil, err
	}
	var seqs []uint64
	err = log.Scan(ctx, 1, log.Last()+1, func(s *event.Stored) error {
		seqs = append(seqs, s.Seq)
		return nil
	})
	if err != nil {
		return nil, err
	}
	evs, err := log.Read(ctx, seqs)
	out := map[pair][]int64{}
	for _, ev := range evs {
		if ev.Name != "Contact Added" {
			continue
		}
		for _, id := range ev.Identities {
			if id.Type == "external_userid:"+wecomCorp {
				p := pair{gjson.GetBytes(ev.Props, "staff").Str, id.Value}
				out[p] = append(out[p], ev.At.Unix())
			}
		}
	}
	return out, err
}
