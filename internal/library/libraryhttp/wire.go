package libraryhttp

import (
	"encoding/json"
	"time"

	"yutang/internal/library"
)

// Folder holds materials, or is a scenario of scripts.
type Folder struct {
	ID          string               `json:"id"`
	Space       library.Space        `json:"space" enum:"materials,scripts"`
	Parent      string               `json:"parent" doc:"empty: the top"`
	Name        string               `json:"name"`
	Position    int                  `json:"position"`
	Panel       bool                 `json:"panel" doc:"shown to staff, with all below it; scripts always are"`
	Departments []library.Department `json:"departments" doc:"who sees it; empty: everybody"`
}

func wireFolder(f library.Folder) Folder {
	if f.Departments == nil {
		f.Departments = []library.Department{}
	}
	return Folder{ID: f.ID, Space: f.Space, Parent: f.Parent, Name: f.Name, Position: f.Position, Panel: f.Panel, Departments: f.Departments}
}

// Material is a material or script.
type Material struct {
	ID        string          `json:"id"`
	Space     library.Space   `json:"space" enum:"materials,scripts"`
	Kind      library.Kind    `json:"kind" enum:"text,image,video,file,link,miniprogram,message,article,poster,script"`
	Folder    string          `json:"folder" doc:"empty: the top"`
	Name      string          `json:"name"`
	Tags      []string        `json:"tags" doc:"of scripts: keywords"`
	Latest    int             `json:"latest" doc:"newest version"`
	Approved  int             `json:"approved" doc:"version in use; 0 none"`
	Used      int             `json:"used" doc:"how often staff took it"`
	Opened    int             `json:"opened"`
	Forwarded int             `json:"forwarded"`
	ExpiresAt *time.Time      `json:"expires_at,omitempty"`
	TrashedAt *time.Time      `json:"trashed_at,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	CreatedBy string          `json:"created_by"`
	UpdatedAt time.Time       `json:"updated_at"`
	UpdatedBy string          `json:"updated_by"`
	Version   *Version        `json:"version,omitempty" doc:"the newest"`
	Uses      []library.Usage `json:"uses,omitempty" doc:"what uses it; only when one is asked for"`
}

// Version is what a material says, or said.
type Version struct {
	Version     int             `json:"version"`
	State       library.State   `json:"state" enum:"draft,review,approved,archived,rejected"`
	Body        json.RawMessage `json:"body"`
	Note        string          `json:"note,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	CreatedBy   string          `json:"created_by"`
	SubmittedAt *time.Time      `json:"submitted_at,omitempty"`
	SubmittedBy string          `json:"submitted_by,omitempty"`
	DecidedAt   *time.Time      `json:"decided_at,omitempty"`
	DecidedBy   string          `json:"decided_by,omitempty"`
	Reason      string          `json:"reason,omitempty" doc:"of a rejection"`
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wireMaterial(m library.Material) Material {
	out := Material{
		ID: m.ID, Space: m.Space, Kind: m.Kind, Folder: m.Folder, Name: m.Name, Tags: m.Tags, Latest: m.Latest, Approved: m.Approved,
		Used: m.Used, Opened: m.Opened, Forwarded: m.Forwarded, ExpiresAt: moment(m.ExpiresAt), TrashedAt: moment(m.TrashedAt),
		CreatedAt: m.CreatedAt, CreatedBy: m.CreatedBy, UpdatedAt: m.UpdatedAt, UpdatedBy: m.UpdatedBy,
	}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	if m.Version.Number != 0 {
		v := wireVersion(m.Version)
		out.Version = &v
	}
	return out
}

func wireVersion(v library.Version) Version {
	return Version{
		Version: v.Number, State: v.State, Body: v.Body, Note: v.Note, CreatedAt: v.CreatedAt, CreatedBy: v.CreatedBy,
		SubmittedAt: moment(v.SubmittedAt), SubmittedBy: v.SubmittedBy, DecidedAt: moment(v.DecidedAt), DecidedBy: v.DecidedBy, Reason: v.Reason,
	}
}

// Variable is one value that templates ask for.
type Variable struct {
	Name     string `json:"name"`
	Found    bool   `json:"found"`
	Value    string `json:"value,omitempty"`
	Fallback string `json:"fallback,omitempty" doc:"what the default filter says"`
	Default  bool   `json:"default" doc:"there is a default filter"`
	Taken    bool   `json:"taken" doc:"the fallback is shown, for want of the value"`
}

func wireVariables(all []library.Variable) []Variable {
	out := make([]Variable, 0, len(all))
	for _, v := range all {
		out = append(out, Variable(v))
	}
	return out
}
