package handover

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/event"
	"yutang/internal/job"
	"yutang/internal/wecom"
)

// Pauses of the watch over a transfer. The platform completes one after 24 h.
const (
	watchEvery = 30 * time.Minute
	giveUp     = 72 * time.Hour // after the last call
)

// advance does the next piece of a transfer: settle what a lost answer left open, ask for
// the next items, or look how those that wait are doing.
func (s *Service) advance(ctx context.Context, j job.Job) error {
	t, err := s.Get(ctx, j.Key)
	if err != nil || !t.Ended.IsZero() {
		return err
	}
	client, err := s.Clients.Client(ctx, t.Corp)
	if err != nil {
		return err
	}
	w := &walk{s: s, t: t, client: client}
	if t.Object == Groups {
		return w.groups(ctx)
	}
	if t.Counts[Asking] > 0 {
		if err := w.look(ctx, Asking); err != nil {
			return err
		}
	}
	for {
		items, err := s.itemsIn(ctx, t.ID, Planned, perCall)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			break
		}
		if err := w.ask(ctx, items); err != nil {
			return err
		}
	}
	return w.watch(ctx)
}

// walk is one turn of one transfer.
type walk struct {
	s      *Service
	t      Transfer
	client *wecom.Client
}

// ask hands over up to 100 customers with one call.
func (w *walk) ask(ctx context.Context, items []Item) error {
	if err := w.mark(ctx, items, Asking); err != nil {
		return err
	}
	req := wecom.Transfer{HandoverUserID: w.t.From, TakeoverUserID: w.t.To, SuccessMsg: w.t.Message}
	for _, i := range items {
		req.External = append(req.External, i.Item)
	}
	call := w.client.TransferCustomer
	if w.t.Kind == Resigned {
		call = w.client.ResignedTransferCustomer
	}
	results, err := call(ctx, req)
	switch {
	case err != nil && wecom.Unsent(err) && refusesAll(err):
		return w.settle(ctx, items, Failed, reasonOf(wecom.CodeOf(err)))
	case err != nil && wecom.Unsent(err):
		if merr := w.mark(ctx, items, Planned); merr != nil {
			return merr
		}
		return fmt.Errorf("transfer customers: %w", err)
	case err != nil: // the next turn looks
		return fmt.Errorf("transfer customers: %w", err)
	}
	return w.answered(ctx, items, results)
}

// refusesAll says that the platform will refuse the same call for ever.
func refusesAll(err error) bool {
	c := wecom.ClassOf(err)
	return c == wecom.Business || c == wecom.Relation || c == wecom.Permission
}

// answered takes the platform's word on each item.
func (w *walk) answered(ctx context.Context, items []Item, results []wecom.TransferStart) error {
	code := map[string]int{}
	for _, r := range results {
		code[r.ExternalUserID] = r.ErrCode
	}
	var waiting []Item
	for _, i := range items {
		c, known := code[i.Item]
		switch {
		case !known: // asked, and not spoken of: look later
		case c == 0:
			waiting = append(waiting, i)
		case c == 40099:
			if err := w.settle(ctx, []Item{i}, Full, reasonOf(c)); err != nil {
				return err
			}
		default:
			if err := w.settle(ctx, []Item{i}, Failed, reasonOf(c)); err != nil {
				return err
			}
		}
	}
	if err := w.mark(ctx, waiting, Waiting); err != nil {
		return err
	}
	return w.s.submit(ctx, w.t, waiting, event.TransferStarted, "")
}

// look reads the platform's record and brings items of a state along. An item that was
// being asked and that it does not know is planned again.
func (w *walk) look(ctx context.Context, of State) error {
	record, err := w.record(ctx)
	if err != nil {
		return err
	}
	items, err := w.s.itemsIn(ctx, w.t.ID, of, maxItems)
	if err != nil {
		return err
	}
	by := map[int][]Item{}
	for _, i := range items {
		status, known := record[i.Item]
		if !known {
			status = wecom.TransferNoRecord
		}
		by[status] = append(by[status], i)
	}
	if of == Asking {
		if err := w.mark(ctx, by[wecom.TransferWaiting], Waiting); err != nil {
			return err
		}
		if err := w.mark(ctx, by[wecom.TransferNoRecord], Planned); err != nil {
			return err
		}
	}
	for status, end := range map[int]State{wecom.TransferDone: Done, wecom.TransferRefused: Refused, wecom.TransferFull: Full} {
		if err := w.settle(ctx, by[status], end, ""); err != nil {
			return err
		}
	}
	return nil
}

// record is the status of every customer handed between the two members.
func (w *walk) record(ctx context.Context) (map[string]int, error) {
	call := w.client.TransferResult
	if w.t.Kind == Resigned {
		call = w.client.ResignedTransferResult
	}
	out, cursor := map[string]int{}, ""
	for {
		p, err := call(ctx, w.t.From, w.t.To, cursor)
		if err != nil {
			return nil, fmt.Errorf("read transfer results: %w", err)
		}
		for _, c := range p.List {
			out[c.ExternalUserID] = c.Status
		}
		if cursor = p.NextCursor; cursor == "" {
			return out, nil
		}
	}
}

// watch waits for customers to accept or refuse, and ends the transfer.
func (w *walk) watch(ctx context.Context) error {
	if err := w.look(ctx, Waiting); err != nil {
		return err
	}
	counts, last, err := w.s.progress(ctx, w.t.ID)
	if err != nil {
		return err
	}
	now := w.s.Clock.Now()
	open := counts[Planned] + counts[Asking] + counts[Waiting]
	if open > 0 && now.Sub(last) < giveUp {
		return &job.Later{At: now.Add(watchEvery), Reason: "waits for the platform"}
	}
	if open > 0 {
		left, err := w.s.itemsIn(ctx, w.t.ID, Waiting, maxItems)
		if err != nil {
			return err
		}
		if err := w.settle(ctx, left, Failed, "no_result_in_72_h"); err != nil {
			return err
		}
	}
	return w.s.end(ctx, w.t.ID, now)
}

// groups hands groups over; the platform does so at once.
func (w *walk) groups(ctx context.Context) error {
	// An answer that was lost: asking again is harmless, an owner who has it is "unchanged".
	if err := w.s.replan(ctx, w.t.ID); err != nil {
		return err
	}
	for {
		now := w.s.Clock.Now()
		today, err := w.s.groupsTaken(ctx, w.t.Corp, w.t.To, now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		if today >= groupsPerDay {
			return &job.Later{At: now.Add(time.Hour), Reason: "the new owner has taken over 300 groups in a day"}
		}
		items, err := w.s.itemsIn(ctx, w.t.ID, Planned, min(perCall, groupsPerDay-today))
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return w.s.end(ctx, w.t.ID, now)
		}
		if err := w.askGroups(ctx, items); err != nil {
			return err
		}
	}
}

func (w *walk) askGroups(ctx context.Context, items []Item) error {
	if err := w.mark(ctx, items, Asking); err != nil {
		return err
	}
	chats := make([]string, len(items))
	for n, i := range items {
		chats[n] = i.Item
	}
	call := w.client.OnjobTransferGroup
	if w.t.Kind == Resigned {
		call = w.client.TransferGroup
	}
	refused, err := call(ctx, chats, w.t.To)
	if err != nil && wecom.Unsent(err) && refusesAll(err) {
		return w.settle(ctx, items, Failed, reasonOf(wecom.CodeOf(err)))
	}
	if err != nil {
		return fmt.Errorf("transfer groups: %w", err)
	}
	why := map[string]int{}
	for _, f := range refused {
		why[f.ChatID] = f.ErrCode
	}
	for _, i := range items {
		state, reason := Done, ""
		if c := why[i.Item]; c != 0 && reasonOf(c) != "unchanged" {
			state, reason = Failed, reasonOf(c)
		}
		if err := w.settle(ctx, []Item{i}, state, reason); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) mark(ctx context.Context, items []Item, state State) error {
	if len(items) == 0 {
		return nil
	}
	return w.s.mark(ctx, w.t.ID, items, state, "", w.s.Clock.Now())
}

// settle ends items: the event first, which repeats harmlessly, then the row.
func (w *walk) settle(ctx context.Context, items []Item, state State, reason string) error {
	if len(items) == 0 {
		return nil
	}
	name := event.TransferFailed
	if state == Done {
		name = event.TransferCompleted
	} else if reason == "" {
		reason = string(state)
	}
	if err := w.s.submit(ctx, w.t, items, name, reason); err != nil {
		return err
	}
	return w.s.mark(ctx, w.t.ID, items, state, reason, w.s.Clock.Now())
}
