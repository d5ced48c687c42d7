package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"yutang/internal/id"
)

// serverPlace is a running server that a command talks to.
type serverPlace struct {
	Server string `help:"Address of the server." default:"http://127.0.0.1:8080" env:"YUTANG_SERVER" placeholder:"URL"`
	Token  string `help:"API token." env:"YUTANG_TOKEN" placeholder:"TOKEN"`
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 20

// call makes a request to the management API and reads the answer into out.
func (s serverPlace) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.Server, "/")+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", id.New("cli"))
	}
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w; is the server running, and is --server right?", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return fmt.Errorf("read answer: %w", err)
	case res.StatusCode >= http.StatusBadRequest:
		return refusal(res, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s does not answer as a yutang server: %w", s.Server, err)
	}
	return nil
}

// refusal is a problem that the server answered with, for people.
func refusal(res *http.Response, raw []byte) error {
	var problem struct {
		Detail string `json:"detail"`
		Code   string `json:"code"`
		Errors []struct {
			Pointer string `json:"pointer"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	if json.Unmarshal(raw, &problem) != nil || problem.Code == "" {
		return fmt.Errorf("the server answered %s", res.Status)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", problem.Detail, problem.Code)
	for _, f := range problem.Errors {
		fmt.Fprintf(&b, "\n  %s: %s", strings.TrimPrefix(f.Pointer, "/definition"), f.Detail)
	}
	if res.StatusCode == http.StatusUnauthorized {
		b.WriteString("; give an API token with --token or YUTANG_TOKEN")
	}
	return errors.New(b.String())
}

// book is a playbook with its draft, as the server shows it.
type book struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	State      string          `json:"state"`
	Version    int             `json:"version"`
	Definition json.RawMessage `json:"definition"`
}

// books is all playbooks of the server.
func (s serverPlace) books(ctx context.Context) (all []book, err error) {
	for cursor := ""; ; {
		var page struct {
			Items []book `json:"items"`
			Next  string `json:"next"`
		}
		if err := s.call(ctx, http.MethodGet, "/playbooks?limit=100&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}
