package libraryhttp

import (
	"context"
	"encoding/json"

	"yutang/internal/customer"
	"yutang/internal/httpapi"
	"yutang/internal/library"
	"yutang/internal/page"
	"yutang/internal/sidepanel"
)

// who is the member who asks.
func (h *handlers) who(ctx context.Context) (sidepanel.Viewer, library.Staff, error) {
	v, err := h.Panel.Who(ctx)
	if err != nil {
		return v, library.Staff{}, err
	}
	who, err := h.Library.Member(ctx, v.Corp, v.User)
	return v, who, err
}

func (h *handlers) panelFolders(ctx context.Context, in *foldersInput) (*httpapi.List[Folder], error) {
	_, who, err := h.who(ctx)
	if err != nil {
		return nil, err
	}
	all, err := h.Library.Shown(ctx, who, in.Space)
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[library.Folder]{Items: all}, wireFolder), nil
}

// Hit is a material or script that a member may use.
type Hit struct {
	ID        string          `json:"id"`
	Kind      library.Kind    `json:"kind"`
	Folder    string          `json:"folder"`
	Name      string          `json:"name"`
	Tags      []string        `json:"tags"`
	Used      int             `json:"used"`
	Favourite bool            `json:"favourite"`
	Text      string          `json:"text,omitempty" doc:"in the words for the customer chosen"`
	Body      json.RawMessage `json:"body,omitempty" doc:"of a material: {text, attachments} with templates as they are written"`
	Missing   []string        `json:"missing,omitempty" doc:"values that the customer does not have and that nothing stands in for"`
}

func wireHit(hit library.Hit) Hit {
	out := Hit{ID: hit.ID, Kind: hit.Kind, Folder: hit.Folder, Name: hit.Name, Tags: hit.Tags, Used: hit.Used, Favourite: hit.Favourite}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	return out
}

type panelInput struct {
	Text       string       `query:"q" maxLength:"100" doc:"words, or initials of pinyin"`
	Folder     string       `query:"folder" doc:"and those below it"`
	Kind       library.Kind `query:"kind" enum:"text,image,video,file,link,miniprogram,message,article,poster"`
	Customer   string       `query:"customer" maxLength:"64" doc:"external_userid of one of my customers"`
	Favourites bool         `query:"favourites" doc:"my list only"`
	Limit      int          `query:"limit" minimum:"0" maximum:"100"`
}

func (h *handlers) panelMaterials(ctx context.Context, in *panelInput) (*httpapi.List[Hit], error) {
	return h.find(ctx, in, library.Materials)
}

func (h *handlers) panelScripts(ctx context.Context, in *panelInput) (*httpapi.List[Hit], error) {
	return h.find(ctx, in, library.Scripts)
}

func (h *handlers) find(ctx context.Context, in *panelInput, space library.Space) (*httpapi.List[Hit], error) {
	v, who, err := h.who(ctx)
	if err != nil {
		return nil, err
	}
	words, err := h.words(ctx, v, in.Customer)
	if err != nil {
		return nil, err
	}
	hits, err := h.Library.Find(ctx, who, library.Look{
		Space: space, Folder: in.Folder, Text: in.Text, Kind: in.Kind, Favourites: in.Favourites, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.Listed(page.Page[library.Hit]{Items: hits}, func(hit library.Hit) Hit {
		out := wireHit(hit)
		if hit.Kind != library.Poster && space == library.Materials {
			out.Body = hit.Version.Body
		}
		out.Text, out.Missing = words(hit.Text)
		return out
	}), nil
}

// words renders texts for one of the member's customers; without one, for nobody. What
// cannot be rendered is shown as it is written.
func (h *handlers) words(ctx context.Context, v sidepanel.Viewer, external string) (func(text string) (string, []string), error) {
	more, err := h.Library.Values(ctx, "", "")
	if err != nil {
		return nil, err
	}
	more["staff"] = map[string]any{"id": v.User, "name": v.Name}
	var profile customer.Profile
	if external != "" {
		c, err := h.Panel.Get(ctx, v, external)
		if err != nil {
			return nil, err
		}
		profile = c.Profile
	}
	return func(text string) (string, []string) {
		if external == "" || text == "" {
			return text, nil
		}
		out, variables, err := library.RenderScript(text, profile, more)
		if err != nil {
			return text, nil
		}
		var missing []string
		for _, v := range variables {
			if !v.Found && !v.Default {
				missing = append(missing, v.Name)
			}
		}
		return out, missing
	}, nil
}

func (h *handlers) used(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	_, who, err := h.who(ctx)
	if err == nil {
		_, err = h.Library.ForStaff(ctx, who, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Library.CountUse(ctx, in.ID)
}

func (h *handlers) like(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	return h.setFavourite(ctx, in.ID, true)
}

func (h *handlers) unlike(ctx context.Context, in *idInput) (*httpapi.Empty, error) {
	return h.setFavourite(ctx, in.ID, false)
}

func (h *handlers) setFavourite(ctx context.Context, materialID string, on bool) (*httpapi.Empty, error) {
	_, who, err := h.who(ctx)
	if err == nil && on {
		_, err = h.Library.ForStaff(ctx, who, materialID)
	}
	if err != nil {
		return nil, err
	}
	return &httpapi.Empty{}, h.Library.SetFavourite(ctx, who, materialID, on)
}
