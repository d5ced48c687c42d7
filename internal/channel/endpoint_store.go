package channel

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"yutang/internal/fault"
)

const sealScope = "channel_endpoint"

const (
	insertEndpoint = `INSERT INTO channel_endpoint (id, kind, name, settings, secret, serial, disabled, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateEndpoint = `UPDATE channel_endpoint SET name = $1, settings = $2, secret = $3, serial = $4, disabled = $5, updated_at = $6 WHERE id = $7`
	deleteEndpoint = `DELETE FROM channel_endpoint WHERE id = $1`
	selectAll      = `SELECT id, kind, name, settings, secret, serial, disabled, created_at, updated_at FROM channel_endpoint
		WHERE id > $1 ORDER BY id LIMIT $2`
	selectOne = `SELECT id, kind, name, settings, secret, serial, disabled, created_at, updated_at FROM channel_endpoint WHERE id = $1`
)

func (s *Service) insert(ctx context.Context, e Endpoint) error {
	settings, secret, err := s.sealed(e)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, insertEndpoint, e.ID, string(e.Kind), e.Name, settings, secret, int64(e.Serial), e.Disabled,
		e.CreatedAt.UnixMilli(), e.UpdatedAt.UnixMilli())
	return named(e, err)
}

func (s *Service) update(ctx context.Context, e Endpoint) error {
	settings, secret, err := s.sealed(e)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, updateEndpoint, e.Name, settings, secret, int64(e.Serial), e.Disabled, e.UpdatedAt.UnixMilli(), e.ID)
	return named(e, err)
}

func named(e Endpoint, err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "endpoint_exists", "an endpoint named %q exists", e.Name)
	}
	return err
}

func (s *Service) sealed(e Endpoint) (settings string, secret []byte, err error) {
	raw, err := json.Marshal(e.Settings)
	if err != nil {
		return "", nil, fmt.Errorf("write settings of %s: %w", e.ID, err)
	}
	return string(raw), s.Box.Seal(nil, []byte(e.Secret), sealScope+"/"+e.ID), nil
}

// Delete removes an endpoint. Touches planned for it end as rejected.
func (s *Service) Delete(ctx context.Context, key string) error {
	n, err := s.DB.Exec(ctx, deleteEndpoint, key)
	if err == nil && n == 0 {
		err = notFound(key)
	}
	return err
}

func notFound(key string) error {
	return fault.New(fault.NotFound, "endpoint_not_found", "there is no endpoint %q", key)
}

// Get is one endpoint, with its secret.
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
	err := s.DB.Each(ctx, text, args, func(rows *sql.Rows) error {
		var e Endpoint
		var settings string
		var secret []byte
		var created, updated int64
		if err := rows.Scan(&e.ID, &e.Kind, &e.Name, &settings, &secret, &e.Serial, &e.Disabled, &created, &updated); err != nil {
			return err
		}
		plain, err := s.Box.Open(nil, secret, sealScope+"/"+e.ID)
		if err == nil {
			err = json.Unmarshal([]byte(settings), &e.Settings)
		}
		e.Secret, e.CreatedAt, e.UpdatedAt = string(plain), time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read channel endpoints: %w", err)
	}
	return out, nil
}
