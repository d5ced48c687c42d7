package corp

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	upsertCorp = `INSERT INTO corp (id, name, base_url, settings, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, base_url = excluded.base_url, settings = excluded.settings`
	deleteCorp = `DELETE FROM corp WHERE id = $1`
	selectCorp = `SELECT id, name, base_url, settings, created_at FROM corp`
	insertApp  = `INSERT INTO corp_app (corp, name, agent_id, secret, token, aes_key, receive_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	deleteApps = `DELETE FROM corp_app WHERE corp = $1`
	selectApps = `SELECT corp, name, agent_id, secret, token, aes_key, receive_id FROM corp_app ORDER BY corp, name`
)

func (s *Service) store(ctx context.Context, c Corp, apps map[string]NewApp) error {
	raw, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("store corp %s: %w", c.ID, err)
	}
	if _, err := s.DB.Exec(ctx, upsertCorp, c.ID, c.Name, c.BaseURL, string(raw), c.Created.UnixMilli()); err != nil {
		return fmt.Errorf("store corp %s: %w", c.ID, err)
	}
	if _, err := s.DB.Exec(ctx, deleteApps, c.ID); err != nil {
		return fmt.Errorf("store apps of %s: %w", c.ID, err)
	}
	for _, a := range apps {
		scope := sealScope(c.ID, a.Name)
		_, err := s.DB.Exec(ctx, insertApp, c.ID, a.Name, a.AgentID, s.Box.Seal(nil, []byte(a.Secret), scope+"/secret"),
			s.Box.Seal(nil, []byte(a.Token), scope+"/token"), s.Box.Seal(nil, []byte(a.AESKey), scope+"/aes_key"), a.ReceiveID)
		if err != nil {
			return fmt.Errorf("store app %s of %s: %w", a.Name, c.ID, err)
		}
	}
	return nil
}

func sealScope(corp, app string) string { return "corp_app/" + corp + "/" + app }

func (s *Service) remove(ctx context.Context, id string) error {
	if _, err := s.DB.Exec(ctx, deleteApps, id); err != nil {
		return fmt.Errorf("remove apps of %s: %w", id, err)
	}
	if _, err := s.DB.Exec(ctx, deleteCorp, id); err != nil {
		return fmt.Errorf("remove corp %s: %w", id, err)
	}
	return nil
}

// load reads all corps unless they are in memory.
func (s *Service) load(ctx context.Context) error {
	s.mu.RLock()
	loaded := s.corps != nil
	s.mu.RUnlock()
	if loaded {
		return nil
	}
	corps := map[string]*held{}
	err := s.DB.Each(ctx, selectCorp, nil, func(rows *sql.Rows) error {
		h := &held{apps: map[string]NewApp{}}
		var settings string
		var created int64
		if err := rows.Scan(&h.ID, &h.Name, &h.BaseURL, &settings, &created); err != nil {
			return err
		}
		h.Created = time.UnixMilli(created).UTC()
		corps[h.ID] = h
		return json.Unmarshal([]byte(settings), &h.Settings)
	})
	if err == nil {
		err = s.loadApps(ctx, corps)
	}
	if err != nil {
		return fmt.Errorf("load corps: %w", err)
	}
	s.mu.Lock()
	s.corps = corps
	s.mu.Unlock()
	return nil
}

func (s *Service) loadApps(ctx context.Context, corps map[string]*held) error {
	return s.DB.Each(ctx, selectApps, nil, func(rows *sql.Rows) error {
		var corp string
		var a NewApp
		var secret, token, aes []byte
		if err := rows.Scan(&corp, &a.Name, &a.AgentID, &secret, &token, &aes, &a.ReceiveID); err != nil {
			return err
		}
		h := corps[corp]
		if h == nil {
			return nil
		}
		scope := sealScope(corp, a.Name)
		for _, field := range []struct {
			to     *string
			sealed []byte
			name   string
		}{{&a.Secret, secret, "/secret"}, {&a.Token, token, "/token"}, {&a.AESKey, aes, "/aes_key"}} {
			plain, err := s.Box.Open(nil, field.sealed, scope+field.name)
			if err != nil {
				return fmt.Errorf("open credentials of %s: %w", scope, err)
			}
			*field.to = string(plain)
		}
		h.apps[a.Name] = a
		h.Apps = append(h.Apps, App{
			Name: a.Name, AgentID: a.AgentID, ReceiveID: a.ReceiveID, Secret: a.Secret != "", Callback: a.Token != "" && a.AESKey != "",
		})
		return nil
	})
}

func sorted(corps map[string]*held) []Corp {
	out := make([]Corp, 0, len(corps))
	for _, h := range corps {
		out = append(out, h.Corp)
	}
	slices.SortFunc(out, func(a, b Corp) int { return strings.Compare(a.ID, b.ID) })
	return out
}
