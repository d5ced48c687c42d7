package insighthttp

import (
	"context"
	"net/http"

	"yutang/internal/access"
	"yutang/internal/httpapi"
	"yutang/internal/insight/board"
)

// boardRoutes gives each board a route of its own. All are the report "boards".
func boardRoutes(a *httpapi.API, h *handlers, op func(method, path, id, summary string, needs access.Permission) httpapi.Op) {
	httpapi.Register(a, op(http.MethodGet, "/boards", "insight-boards", "The boards", access.InsightRead), h.boards)
	httpapi.Register(a, op(http.MethodGet, "/boards/settings", "insight-board-settings", "What the brand says about itself for its boards", access.InsightRead), h.boardSettings)
	httpapi.Register(a, op(http.MethodPut, "/boards/settings", "set-insight-board-settings", "Set gross margin, team cost and what counts as active", access.InsightWrite), h.setBoardSettings)
	for _, b := range board.List() {
		run := answer[board.Query, board.Answer](h, "boards")
		name := b.Name
		httpapi.Register(a, op(http.MethodPost, "/boards/"+name, "insight-board-"+dashed(name), "The board "+b.En, access.InsightRead),
			func(ctx context.Context, in *input[board.Query]) (*output[board.Answer], error) {
				in.Body.Board = name
				return run(ctx, in)
			})
	}
}

// dashed writes a name as part of an operation id.
func dashed(name string) string {
	out := []byte(name)
	for i := range out {
		if out[i] == '_' {
			out[i] = '-'
		}
	}
	return string(out)
}

type boardsOutput struct {
	Body struct {
		Items []board.Item `json:"items"`
	}
}

func (h *handlers) boards(context.Context, *struct{}) (*boardsOutput, error) {
	out := &boardsOutput{}
	out.Body.Items = board.List()
	return out, nil
}

func (h *handlers) boardSettings(ctx context.Context, _ *struct{}) (*output[board.Settings], error) {
	set, err := h.Boards.Settings(ctx)
	return &output[board.Settings]{set}, err
}

func (h *handlers) setBoardSettings(ctx context.Context, in *input[board.Settings]) (*output[board.Settings], error) {
	err := h.Access.Audited(ctx, "insight.board_settings", func(ctx context.Context) (string, any, error) {
		return "boards", in.Body, h.Boards.SetSettings(ctx, in.Body)
	})
	if err != nil {
		return nil, err
	}
	return &output[board.Settings]{in.Body}, nil
}
