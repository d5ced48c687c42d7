package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"yutang/internal/job"
	"yutang/internal/page"
	"yutang/internal/wecom"
)

var messageColumns = []string{"corp", "msgid", "account", "seq", "at", "external", "servicer", "origin", "kind", "step", "recalled", "body"}

const (
	updateRecalled = `UPDATE desk_message SET recalled = TRUE, body = $3 WHERE corp = $1 AND msgid = $2`
	selectMessages = `SELECT msgid, account, seq, at, external, servicer, origin, kind, step, recalled, body FROM desk_message
		WHERE corp = $1 AND external = $2 AND (at, seq, msgid) < ($3, $4, $5) ORDER BY at DESC, seq DESC, msgid DESC LIMIT $6`
	selectOldest = `SELECT MIN(at) FROM desk_message WHERE corp = $1 AND at >= $2 AND at < $3`
	updateForget = `UPDATE desk_message SET body = $4 WHERE corp = $1 AND at >= $2 AND at < $3`
)

// advance keeps items and moves the cursor behind them, with the greetings that are due. It
// fails with errOvertaken when another pull moved the cursor meanwhile.
func (s *Service) advance(ctx context.Context, p place, items []item, got wecom.KfMsgPage, now time.Time) error {
	cursor := got.NextCursor
	if cursor == "" {
		cursor = p.cursor
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		n, err := s.DB.Exec(ctx, updateCursor, p.corp, p.account, p.cursor, p.seq, cursor, p.seq+int64(len(items)))
		if err != nil {
			return fmt.Errorf("move the cursor of %s: %w", p.account, err)
		}
		if n == 0 {
			return errOvertaken
		}
		if err := s.keep(ctx, p, items); err != nil {
			return fmt.Errorf("keep messages of %s: %w", p.account, err)
		}
		for _, it := range items {
			if err := s.follow(ctx, p, it, now); err != nil {
				return err
			}
		}
		if got.HasMore != 0 {
			return nil
		}
		_, err = s.DB.Exec(ctx, updateDone, p.corp, p.account, p.told, now.UnixMilli())
		return err
	})
}

func (s *Service) keep(ctx context.Context, p place, items []item) error {
	if len(items) == 0 {
		return nil
	}
	args := make([]any, 0, len(items)*len(messageColumns))
	for i, it := range items {
		body := s.Box.Seal(nil, it.raw, bodyScope(p.corp, it.id))
		args = append(args, p.corp, it.id, it.account, p.seq+int64(i)+1, it.at.UnixMilli(), it.external, it.servicer, int64(it.origin),
			it.kind, string(it.step), false, body)
	}
	return s.DB.InsertMany(ctx, "desk_message", messageColumns, args, "ON CONFLICT (corp, msgid) DO NOTHING")
}

func bodyScope(corpID, id string) string { return "desk/" + corpID + "/message/" + id }

// follow does what an item asks for beside its row.
func (s *Service) follow(ctx context.Context, p place, it item, now time.Time) error {
	if it.recalled != "" {
		_, err := s.DB.Exec(ctx, updateRecalled, p.corp, it.recalled, []byte{})
		return err
	}
	if it.failed != "" {
		return s.saveWelcomeFailed(ctx, p.corp, it.failed, FailReason(it.failType), now)
	}
	if it.step != Entered || it.code == "" || it.external == "" || p.welcome == "" || !now.Before(it.at.Add(codeLife)) {
		return nil
	}
	n, err := s.insertGreeting(ctx, p, it)
	if err != nil || n == 0 {
		return err
	}
	return s.Jobs.Put(ctx, job.Job{Kind: welcomeJob, Key: p.corp + "/" + it.id, Queue: lane(p.corp, p.account), Due: now})
}

// Message is one item that was kept. Text and Content are personal data; both are empty once
// it is forgotten or recalled.
type Message struct {
	ID       string
	Account  string
	At       time.Time
	External string
	Servicer string
	Origin   Origin
	Kind     string // "text", "image" ..., or "event:enter_session" ...
	Step     Step
	Recalled bool
	Text     string
	Content  json.RawMessage // what the platform puts under the name of the kind; nil if nothing

	seq int64
}

// mark is where a list of messages stopped.
type mark struct {
	At  int64  `json:"a"`
	Seq int64  `json:"s"`
	ID  string `json:"i"`
}

// Messages pages through what a customer and the accounts of a corp said to each other, the
// newest first.
func (s *Service) Messages(ctx context.Context, corpID, external, cursor string, limit int) (page.Page[Message], error) {
	const end = 1<<63 - 1
	after := mark{At: end, Seq: end}
	if _, err := page.After(cursor, &after); err != nil {
		return page.Page[Message]{}, err
	}
	limit = page.Limit(limit)
	var items []Message
	err := s.DB.Each(ctx, selectMessages, []any{corpID, external, after.At, after.Seq, after.ID, limit + 1}, func(rows *sql.Rows) error {
		m, err := s.scanMessage(corpID, rows)
		items = append(items, m)
		return err
	})
	return page.Cut(items, limit, func(m Message) mark { return mark{m.At.UnixMilli(), m.seq, m.ID} }), err
}

func (s *Service) scanMessage(corpID string, rows *sql.Rows) (m Message, err error) {
	var at int64
	var body []byte
	err = rows.Scan(&m.ID, &m.Account, &m.seq, &at, &m.External, &m.Servicer, &m.Origin, &m.Kind, &m.Step, &m.Recalled, &body)
	if m.At = time.UnixMilli(at).UTC(); err != nil || len(body) == 0 {
		return m, err
	}
	plain, err := s.Box.Open(nil, body, bodyScope(corpID, m.ID))
	if err != nil {
		return m, fmt.Errorf("open message: %w", err)
	}
	if !gjson.ValidBytes(plain) {
		return m, nil
	}
	r := gjson.ParseBytes(plain)
	m.Text = clean(r.Get("text.content"), len(plain))
	if content, ok := r.Map()[r.Get("msgtype").String()]; ok && content.IsObject() {
		m.Content = json.RawMessage(content.Raw)
	}
	return m, nil
}

// forget empties what was said longer ago than it is to be kept, a day's worth in each
// transaction.
func (s *Service) forget(ctx context.Context, corpID string, now time.Time) error {
	st, from, err := s.state(ctx, corpID)
	if err != nil || st.KeepDays == 0 {
		return err
	}
	until := now.AddDate(0, 0, -st.KeepDays).UnixMilli()
	for from < until {
		var oldest sql.NullInt64
		if err := s.DB.Get(ctx, selectOldest, []any{corpID, from, until}, &oldest); err != nil {
			return err
		}
		to := until
		if oldest.Valid {
			from, to = oldest.Int64, min(until, oldest.Int64+(24*time.Hour).Milliseconds())
		} else {
			from = until
		}
		if err := s.forgetSpan(ctx, corpID, from, to); err != nil {
			return fmt.Errorf("forget messages of %s: %w", corpID, err)
		}
		from = to
	}
	return nil
}

func (s *Service) forgetSpan(ctx context.Context, corpID string, from, to int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DB.Exec(ctx, updateForget, corpID, from, to, []byte{}); err != nil {
			return err
		}
		_, err := s.DB.Exec(ctx, updatePurged, corpID, to)
		return err
	})
}
