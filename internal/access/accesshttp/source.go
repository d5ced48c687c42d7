package accesshttp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strconv"

	"yutang/internal/event"
	"yutang/internal/httpapi"
)

type sourcesOutput struct {
	Body struct {
		Items []event.Source `json:"items"`
	}
}

func (h *handlers) listSources(context.Context, *httpapi.None) (*sourcesOutput, error) {
	out := &sourcesOutput{}
	out.Body.Items = append([]event.Source{}, h.sources.Sources()...)
	return out, nil
}

type addSourceInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"64"`
	}
}

type addSourceOutput struct {
	Body struct {
		event.Source
		WriteKey string `json:"write_key" doc:"shown only now"`
	}
}

func (h *handlers) addSource(ctx context.Context, in *addSourceInput) (*addSourceOutput, error) {
	var raw [20]byte
	rand.Read(raw[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	out := &addSourceOutput{}
	out.Body.WriteKey = hex.EncodeToString(raw[:])
	err := h.access.Audited(ctx, "source.create", func(ctx context.Context) (string, any, error) {
		var err error
		out.Body.Source, err = h.sources.AddSource(ctx, in.Body.Name, out.Body.WriteKey, h.clock.Now())
		return sourceObject(out.Body.ID), nil, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type updateSourceInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Disabled bool `json:"disabled"`
	}
}

func (h *handlers) updateSource(ctx context.Context, in *updateSourceInput) (*httpapi.Empty, error) {
	return nil, h.access.Audited(ctx, "source.update", func(ctx context.Context) (string, any, error) {
		err := h.sources.DisableSource(ctx, in.ID, in.Body.Disabled)
		return sourceObject(in.ID), map[string]bool{"disabled": in.Body.Disabled}, err
	})
}

func sourceObject(id int64) string { return "source/" + strconv.FormatInt(id, 10) }
