package webhook

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const sealScope = "webhook_endpoint"

const (
	insertEndpoint = `INSERT INTO webhook_endpoint (id, name, url, secrets, idempotent, timeout_ms, disabled, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateEndpoint = `UPDATE webhook_endpoint SET name = $1, url = $2, secrets = $3, idempotent = $4, timeout_ms = $5, disabled = $6 WHERE id = $7`
	deleteEndpoint = `DELETE FROM webhook_endpoint WHERE id = $1`
	selectAll      = `SELECT id, name, url, secrets, idempotent, timeout_ms, disabled, created_at FROM webhook_endpoint WHERE id > $1 ORDER BY id LIMIT $2`
	selectOne      = `SELECT id, name, url, secrets, idempotent, timeout_ms, disabled, created_at FROM webhook_endpoint WHERE id = $1`
)

func (s *Service) insert(ctx context.Context, e Endpoint) error {
	secrets, err := s.sealed(e)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, insertEndpoint, e.ID, e.Name, e.URL, secrets, e.Idempotent, e.Timeout.Milliseconds(), e.Disabled, e.CreatedAt.UnixMilli())
	return named(e, err)
}

func (s *Service) update(ctx context.Context, e Endpoint) error {
	secrets, err := s.sealed(e)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, updateEndpoint, e.Name, e.URL, secrets, e.Idempotent, e.Timeout.Milliseconds(), e.Disabled, e.ID)
	return named(e, err)
}

func named(e Endpoint, err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "endpoint_exists", "an endpoint named %q exists", e.Name)
	}
	return err
}

// Delete removes an endpoint. Touches planned for it end as rejected.
func (s *Service) Delete(ctx context.Context, key string) error {
	n, err := s.db.Exec(ctx, deleteEndpoint, key)
	if err == nil && n == 0 {
		err = notFound(key)
	}
	return err
}

func notFound(key string) error {
	return fault.New(fault.NotFound, "endpoint_not_found", "there is no endpoint %q", key)
}

func (s *Service) sealed(e Endpoint) ([]byte, error) {
	raw, err := json.Marshal(e.Secrets)
	if err != nil {
		return nil, fmt.Errorf("seal secrets of %s: %w", e.ID, err)
	}
	return s.box.Seal(nil, raw, sealScope+"/"+e.ID), nil
}

// Get is one endpoint.
func (s *Service) Get(ctx context.Context, key string) (Endpoint, error) {
	list, err := s.query(ctx, selectOne, key)
	if err != nil {
		return Endpoint{}, err
	}
	if len(list) == 0 {
		return Endpoint{}, notFound(key)
	}
	return list[0], nil
}

// List is the endpoints by id, after the one given.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Endpoint, error) {
	return s.query(ctx, selectAll, after, limit)
}

func (s *Service) query(ctx context.Context, text string, args ...any) ([]Endpoint, error) {
	out := []Endpoint{}
	err := s.db.Each(ctx, text, args, func(rows *sql.Rows) error {
		var e Endpoint
		var secrets []byte
		var timeout, created int64
		if err := rows.Scan(&e.ID, &e.Name, &e.URL, &secrets, &e.Idempotent, &timeout, &e.Disabled, &created); err != nil {
			return err
		}
		raw, err := s.box.Open(nil, secrets, sealScope+"/"+e.ID)
		if err == nil {
			err = json.Unmarshal(raw, &e.Secrets)
		}
		e.Timeout, e.CreatedAt = time.Duration(timeout)*time.Millisecond, time.UnixMilli(created).UTC()
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read webhook endpoints: %w", err)
	}
	return out, nil
}
