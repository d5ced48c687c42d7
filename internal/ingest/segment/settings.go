package segment

import (
	"encoding/json"
	"net/http"
)

// settings is what the browser library asks for before it sends: where to send, and that
// there is nothing else to load.
func (d door) settings(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	if _, err := d.ByKey(key); err != nil {
		d.Refuse(w, r, err)
		return
	}
	protocol := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		protocol = "https"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"integrations": map[string]any{
			"Segment.io": map[string]any{
				"apiKey": key, "apiHost": r.Host + "/v1", "protocol": protocol,
				"unbundledIntegrations": []string{}, "addBundledMetadata": false,
				"versionSettings": map[string]any{"version": "4.4.7", "componentTypes": []string{"browser"}},
			},
		},
		"plan":                 map[string]any{"track": map[string]any{"__default": map[string]any{"enabled": true, "integrations": map[string]any{}}}},
		"analyticsNextEnabled": true, "edgeFunction": map[string]any{}, "enabledMiddleware": map[string]any{},
		"metrics": map[string]any{"sampleRate": 0}, "remotePlugins": []any{},
	})
}
