package masssend

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"yutang/internal/corp"
	"yutang/internal/fault"
	"yutang/internal/outreach"
	"yutang/internal/page"
)

// ChatRow is one group of a send with what became of it: planned, attempting, handed,
// unknown, accepted, rejected, expired or suppressed.
type ChatRow struct {
	Chat    string
	Owner   string
	Call    int
	State   outreach.State
	Reason  outreach.Reason
	EndedAt time.Time
}

// chatDecision is one group of the target with what was decided.
type chatDecision struct {
	Chat
	refuse outreach.Reason
}

// decideChats says for every group of the target whether it gets the message.
func (s *Service) decideChats(ctx context.Context, x Send, when time.Time) ([]chatDecision, error) {
	if s.Chats == nil {
		return nil, fault.New(fault.Precondition, "no_groups", "customer groups are not known")
	}
	all, err := s.Chats(ctx, x.Corp, x.Target.Staff)
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", err)
	}
	asked, err := s.mayBeAsked(ctx, x)
	if err != nil {
		return nil, err
	}
	k, err := s.Corp(ctx, x.Corp)
	if err != nil {
		return nil, err
	}
	var out []chatDecision
	for _, chat := range all {
		if len(x.Target.Chats) > 0 && !slices.Contains(x.Target.Chats, chat.ID) {
			continue
		}
		d := chatDecision{Chat: chat}
		if !asked[chat.Owner] {
			d.refuse = outreach.StaffGone
		} else if full, err := s.chatFull(ctx, k.Settings.Quota, x, chat.ID, when); err != nil {
			return nil, err
		} else if full {
			d.refuse = outreach.Quota
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b chatDecision) int {
		return strings.Compare(a.Owner+"\x00"+a.ID, b.Owner+"\x00"+b.ID)
	})
	return out, nil
}

const countChat = `SELECT COALESCE(SUM(CASE WHEN state = 'rejected' THEN 0 ELSE 1 END), 0), COALESCE(SUM(CASE WHEN state = 'rejected' THEN 1 ELSE 0 END), 0)
	FROM masssend_chat WHERE corp = $1 AND chat = $2 AND send <> $3
	AND (state IN ('planned', 'attempting', 'handed', 'unknown') OR (state = 'accepted' AND ended_at >= $4)
		OR (state = 'rejected' AND reason = 'quota' AND ended_at >= $5))`

// chatFull says whether a group has had all its messages of the period.
func (s *Service) chatFull(ctx context.Context, rule corp.Quota, x Send, chat string, when time.Time) (bool, error) {
	start, _, limit := period(rule, when)
	var used, refused int
	err := s.DB.Get(ctx, countChat, []any{x.Corp, chat, x.ID, start.UnixMilli(), start.UnixMilli()}, &used, &refused)
	return used >= limit || refused > 0, err
}

var chatColumns = []string{"send", "chat", "corp", "owner", "call", "state", "reason", "ended_at"}

// prepareChats cuts one call for the groups of each owner, all in one transaction.
func (s *Service) prepareChats(ctx context.Context, x Send) error {
	if x.chosenTo == preparedAll {
		return nil
	}
	now := s.Clock.Now()
	all, err := s.decideChats(ctx, x, now)
	if err != nil {
		return err
	}
	due := time.Time{}
	if quiet := s.Ledger.Policy().Quiet; quiet != nil && !x.Options.Transactional {
		due, _ = quiet.Until(now, s.Ledger.Zone())
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if going, err := s.chosen(ctx, x.ID, preparedAll); err != nil || !going {
			return err
		}
		n, size := 0, 0
		var calls []Call
		args := make([]any, 0, len(all)*len(chatColumns))
		for _, d := range all {
			state, call, ended := outreach.Planned, 0, time.Time{}
			if d.refuse != "" {
				state, ended = outreach.Suppressed, now
			} else {
				if n == 0 || calls[n-1].Staff != d.Owner || size >= maxPerCall {
					n, size = n+1, 0
					calls = append(calls, Call{Send: x.ID, N: n, Staff: d.Owner, State: CallPlanned, Due: due, corp: x.Corp, mark: x.mark, groups: true})
				}
				size++
				calls[n-1].Size = size
				call = n
			}
			args = append(args, x.ID, d.ID, x.Corp, d.Owner, call, string(state), string(d.refuse), ms(ended))
		}
		if err := s.DB.InsertMany(ctx, "masssend_chat", chatColumns, args, ""); err != nil {
			return err
		}
		for _, c := range calls {
			if err := s.insertCall(ctx, c); err != nil {
				return err
			}
			if err := s.Jobs.Put(ctx, s.callJob(x, c, maxTime(due, now))); err != nil {
				return err
			}
		}
		return nil
	})
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

const (
	selectChats     = `SELECT chat, owner, call, state, reason, ended_at FROM masssend_chat WHERE send = $1 AND chat > $2 ORDER BY chat LIMIT $3`
	selectCallChats = `SELECT chat, owner, call, state, reason, ended_at FROM masssend_chat WHERE send = $1 AND call = $2 ORDER BY chat`
	updateChatsOpen = `UPDATE masssend_chat SET state = $1 WHERE send = $2 AND call = $3 AND state IN ('planned', 'attempting', 'handed', 'unknown')`
	updateChatEnd   = `UPDATE masssend_chat SET state = $1, reason = $2, ended_at = $3 WHERE send = $4 AND chat = $5`
)

func (s *Service) chatRows(ctx context.Context, text string, args ...any) (out []ChatRow, err error) {
	err = s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var r ChatRow
		var ended int64
		err := rows.Scan(&r.Chat, &r.Owner, &r.Call, &r.State, &r.Reason, &ended)
		r.EndedAt = at(ended)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read groups of a mass send: %w", err)
	}
	return out, nil
}

// ChatRows lists the groups of a send.
func (s *Service) ChatRows(ctx context.Context, send, cursor string, limit int) (out page.Page[ChatRow], err error) {
	after := ""
	if _, err := page.After(cursor, &after); err != nil {
		return out, err
	}
	limit = page.Limit(limit)
	items, err := s.chatRows(ctx, selectChats, send, after, limit+1)
	if err != nil {
		return out, err
	}
	return page.Cut(items, limit, func(r ChatRow) string { return r.Chat }), nil
}

// attemptChats marks the groups of a call as attempted, in ctx's transaction, and names them.
func (s *Service) attemptChats(ctx context.Context, c Call) (chats []string, err error) {
	if err := s.moveChats(ctx, c, outreach.Attempting); err != nil {
		return nil, err
	}
	rows, err := s.chatRows(ctx, selectCallChats, c.Send, c.N)
	for _, r := range rows {
		chats = append(chats, r.Chat)
	}
	return chats, err
}

func (s *Service) moveChats(ctx context.Context, c Call, state outreach.State) error {
	_, err := s.DB.Exec(ctx, updateChatsOpen, string(state), c.Send, c.N)
	return err
}

// chatsOf is targetsOf for groups. A planned one can still be ended.
func (s *Service) chatsOf(ctx context.Context, c Call) ([]target, error) {
	rows, err := s.chatRows(ctx, selectCallChats, c.Send, c.N)
	out := make([]target, len(rows))
	for i, r := range rows {
		out[i] = target{key: r.Chat, state: r.State}
		if r.State == outreach.Planned {
			out[i].state = outreach.Attempting
		}
	}
	return out, err
}

func (s *Service) endChats(ctx context.Context, c Call, ends []ending) error {
	for _, e := range ends {
		when := e.at
		if when.IsZero() {
			when = s.Clock.Now()
		}
		if _, err := s.DB.Exec(ctx, updateChatEnd, string(e.state), string(e.reason), ms(when), c.Send, e.key); err != nil {
			return fmt.Errorf("settle group: %w", err)
		}
	}
	return nil
}

const selectChatCounts = `SELECT state, reason, COUNT(*) FROM masssend_chat WHERE send = $1 GROUP BY state, reason ORDER BY state, reason`

func (s *Service) chatCounts(ctx context.Context, send string) (out []outreach.Count, err error) {
	err = s.DB.Each(ctx, selectChatCounts, []any{send}, func(rows *sql.Rows) error {
		var c outreach.Count
		err := rows.Scan(&c.State, &c.Reason, &c.Count)
		out = append(out, c)
		return err
	})
	return out, err
}
