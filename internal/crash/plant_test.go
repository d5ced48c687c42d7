package crash

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// plant sends every canary through a door of the server.
type plant struct {
	t      *testing.T
	server *Server
	api    API
	key    string
	ids    map[string]string // customers by what finds them
}

func (p *plant) track(path string, doc map[string]any, want int) {
	p.t.Helper()
	body, err := json.Marshal(doc)
	must(p.t, err)
	r := &request{path: path, body: body}
	a, err := r.post(p.t.Context(), http.DefaultClient, p.server.Address, p.key)
	if a.status != want {
		p.t.Fatalf("%s: status %d, want %d: %v", path, a.status, want, err)
	}
}

// events come from a shop: a known person and a visitor with the same phone.
func (p *plant) events() {
	about := map[string]any{"ip": network, "page": map[string]any{"url": "https://shop.example/?mobile=" + phone}}
	p.track("/v1/identify", map[string]any{"userId": "u-1", "messageId": "c-1", "context": about, "traits": map[string]any{
		"phone": phone, "email": email, "name": fullName, "address": map[string]any{"street": address}, "city": "Hangzhou",
	}}, 200)
	p.track("/v1/identify", map[string]any{"anonymousId": "visitor-1", "messageId": "c-2", "traits": map[string]any{"phone": "+86 139-1234-0987"}}, 200)
	p.track("/v1/track", map[string]any{"event": "Order Completed", "userId": "u-1", "messageId": "c-3", "context": about, "properties": map[string]any{
		"order_id": "o-1", "revenue": 128.5, "receiver_name": fullName, "shipping_address": address, "note": chat, "phone": json.Number(phone),
	}}, 200)
	p.track("/v1/batch", map[string]any{"batch": []any{
		map[string]any{"type": "track", "event": "Message Replied", "userId": "u-1", "messageId": "c-4", "properties": map[string]any{"text": chat, "contact": fullName}},
		map[string]any{
			"type": "track", "event": "Product Viewed", "userId": "u-2", "messageId": "c-5",
			"context": map[string]any{"externalIds": []any{map[string]any{"type": "member_no", "id": member}}},
		},
	}}, 200)
	// A refused request must not leave its content in the log.
	p.track("/v1/track", map[string]any{"event": "Seen", "userId": map[string]any{"phone": phone}, "properties": map[string]any{"text": chat}}, 400)
}

// sensors speaks the second protocol.
func (p *plant) sensors() {
	doc := fmt.Sprintf(`{"type":"profile_set","distinct_id":"s-1","time":1714500000000,"properties":{"phone":%q,"$name":%q}}`, sensorPhone, fullName)
	form := url.Values{"data": {base64.StdEncoding.EncodeToString([]byte(doc))}}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://"+p.server.Address+"/sa?project=default", strings.NewReader(form.Encode()))
	must(p.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	must(p.t, err)
	must(p.t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		p.t.Fatalf("/sa: status %d", resp.StatusCode)
	}
}

// file imports customers, one row of which is rejected.
func (p *plant) file() {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(p.t, w.WriteField("kind", "customers"))
	must(p.t, w.WriteField("map", `{"identities":{"phone":"手机","member_no":"会员"},"traits":{"name":"姓名","since":{"column":"入会","type":"time"}}}`))
	part, err := w.CreateFormFile("file", "customers.csv")
	must(p.t, err)
	_, err = fmt.Fprintf(part, "手机,会员,姓名,入会\n%s,m-1,%s,2024-05-01\n%s,m-2,%s,never\n", importPhone, importName, importPhone, importName)
	must(p.t, err)
	must(p.t, w.Close())
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://"+p.server.Address+"/api/v1/imports", &body)
	must(p.t, err)
	req.Header.Set("Authorization", "Bearer "+adminToken)
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer resp.Body.Close()
	var made struct{ ID string }
	must(p.t, json.NewDecoder(resp.Body).Decode(&made))
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	must(p.t, Poll(ctx, func() (bool, error) {
		var got struct {
			State              string
			Accepted, Rejected json.RawMessage
		}
		err := p.api.Get(ctx, "/imports/"+made.ID, &got)
		if err == nil && got.State != "done" {
			err = fmt.Errorf("the import is %s", got.State)
		}
		return true, err
	}))
}

// find looks a customer up by an identity, which stands in the URL.
func (p *plant) find(identity string) string {
	p.t.Helper()
	var got struct{ Items []struct{ ID string } }
	must(p.t, p.api.Get(p.t.Context(), "/customers?identity="+url.QueryEscape(identity), &got))
	if len(got.Items) != 1 {
		p.t.Fatalf("%d customers are %s", len(got.Items), identity)
	}
	return got.Items[0].ID
}

// people reads, searches, changes, merges and unmerges customers.
func (p *plant) people() {
	ctx := p.t.Context()
	one, two := p.find("phone:"+phone), p.find("member_no:"+member)
	must(p.t, p.api.Get(ctx, "/customers?q="+url.QueryEscape(fullName), nil))
	must(p.t, p.api.Get(ctx, "/customers?q="+phone, nil))
	must(p.t, p.api.do(ctx, http.MethodPatch, "/customers/"+two+"/traits", map[string]any{"traits": map[string]any{"remark_name": handwritten, "note": handwritten}}, nil))
	pair := map[string]any{"a": one, "b": two}
	must(p.t, p.api.Post(ctx, "/customers/merge/preview", pair, nil))
	var merge struct {
		ID string `json:"merge_id"`
	}
	for range 2 {
		must(p.t, p.api.Post(ctx, "/customers/merge", pair, &merge))
		must(p.t, p.api.Post(ctx, "/customers/unmerge", map[string]any{"merge_id": merge.ID}, nil))
	}
	p.ids["one"], p.ids["two"] = one, two
	p.ids["three"], p.ids["four"] = p.find("phone:"+importPhone), p.find("phone:"+sensorPhone)
}

// outside writes to a receiver what a playbook composes of a person.
func (p *plant) outside(r *Receiver) {
	ctx := p.t.Context()
	var endpoint, book, aud struct{ ID string }
	must(p.t, p.api.Post(ctx, "/webhooks", map[string]any{"name": "receiver", "url": r.URL()}, &endpoint))
	must(p.t, p.api.Post(ctx, "/audiences", map[string]any{"name": "hangzhou", "rule": json.RawMessage(`{"trait":"city","op":"eq","value":"Hangzhou"}`)}, &aud))
	must(p.t, p.api.Post(ctx, "/audiences/preview", map[string]any{"rule": json.RawMessage(`{"did":{"event":"Order Completed","where":[{"prop":"order_id","op":"eq","value":"o-1"}]}}`)}, nil))
	must(p.t, p.api.Post(ctx, "/playbooks", map[string]any{"definition": map[string]any{
		"name": "thanks", "trigger": map[string]any{"event": "Form Submitted"},
		"steps": []any{map[string]any{"id": "send", "send": map[string]any{
			"channel": "webhook", "endpoint": endpoint.ID, "transactional": true, "traits": []string{"name", "email"},
			"identities": []string{"phone"}, "content": map[string]any{"text": "Dear {{ traits.name }}"},
		}}},
	}}, &book))
	must(p.t, p.api.Post(ctx, "/playbooks/"+book.ID+"/publish", nil, nil))
	p.track("/v1/track", map[string]any{"event": "Form Submitted", "userId": "u-1", "messageId": "c-9", "properties": map[string]any{"mobile": phone}}, 200)
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	must(p.t, Poll(limit, func() (bool, error) { return len(r.Calls()) == 1, nil }))
}

// copyOpen writes what the server shows to its owner into a file: the canaries are in it.
func (p *plant) copyOpen(path string) {
	var all strings.Builder
	for _, id := range p.ids {
		for _, part := range []string{"", "/events"} {
			var doc json.RawMessage
			must(p.t, p.api.Get(p.t.Context(), "/customers/"+id+part, &doc))
			text, err := readable(doc)
			must(p.t, err)
			all.WriteString(text)
		}
	}
	must(p.t, os.WriteFile(path, []byte(all.String()), 0o600))
}
