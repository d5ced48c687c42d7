package sensors

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"yutang/internal/fault"
	"yutang/internal/ingest"
	"yutang/internal/ingest/ingesttest"
)

const (
	seen   = `{"type":"track","event":"Seen","distinct_id":"a","time":1714500000000,"_track_id":1}`
	isForm = "application/x-www-form-urlencoded"
)

func encode(doc string) string { return base64.StdEncoding.EncodeToString([]byte(doc)) }

func packed(doc string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(doc))
	_ = z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func post(bench *ingesttest.Bench, target string, values url.Values) (status int, body string) {
	w := bench.Send("POST", target, strings.NewReader(values.Encode()), "Content-Type", isForm)
	return w.Code, w.Body.String()
}

// covers: B1
func TestItems_BecomeEvents(t *testing.T) {
	t.Parallel()
	bench := ingesttest.New(Routes)
	bench.Golden(t, func(_ string, body []byte) int {
		status, _ := post(bench, "/sa?project=default", url.Values{"data_list": {packed(string(body))}, "gzip": {"1"}})
		return status
	})
}

// covers: B1
func TestEveryWayOfSending(t *testing.T) {
	t.Parallel()
	var multi bytes.Buffer
	parts := multipart.NewWriter(&multi)
	_ = parts.WriteField("data", encode(seen))
	_ = parts.Close()
	query := func(values url.Values) string { return "/sa?project=default&" + values.Encode() }
	for name, c := range map[string]struct{ method, target, body, kind string }{
		"form":                {"POST", "/sa?project=default", url.Values{"data": {encode(seen)}}.Encode(), isForm},
		"form, packed":        {"POST", "/sa?project=default", url.Values{"data": {packed(seen)}, "gzip": {"1"}}.Encode(), isForm},
		"form, list":          {"POST", "/sa?project=default", url.Values{"data_list": {encode("[" + seen + "]")}, "gzip": {"0"}}.Encode(), isForm},
		"list under data":     {"POST", "/sa?project=default", url.Values{"data": {encode("[" + seen + "]")}}.Encode(), isForm},
		"one under data_list": {"POST", "/sa?project=default", url.Values{"data_list": {packed(seen)}, "gzip": {"1"}}.Encode(), isForm},
		"beacon":              {"POST", "/sa.gif?project=default", url.Values{"data": {encode(seen)}, "ext": {"crc=1"}}.Encode(), "text/plain;charset=UTF-8"},
		"multipart":           {"POST", "/sa", multi.String(), parts.FormDataContentType()},
		"image":               {"GET", "/sa.gif?project=default&ext=crc%3D-17&" + url.Values{"data": {encode(seen)}}.Encode(), "", ""},
		"address":             {"GET", query(url.Values{"data_list": {packed("[" + seen + "]")}, "gzip": {"1"}}), "", ""},
		"bare plus signs":     {"GET", "/sa?project=default&data=" + encode(strings.Replace(seen, "Seen", "~~~ÿÿ>>?", 1)), "", ""},
		"escaped twice":       {"GET", query(url.Values{"data": {url.QueryEscape(encode(seen))}}), "", ""},
		"plain JSON":          {"POST", "/sa", url.Values{"data": {seen}}.Encode(), isForm},
		"nothing named":       {"POST", "/sa", url.Values{"data": {encode(seen)}}.Encode(), isForm},
		"debug":               {"POST", "/debug?project=default", url.Values{"data": {encode(seen)}}.Encode(), isForm},
	} {
		bench := ingesttest.New(Routes)
		w := bench.Send(c.method, c.target, strings.NewReader(c.body), "Content-Type", c.kind)
		evs := bench.Stored()
		if w.Code != 200 || len(evs) != 1 || evs[0].SourceID != ingesttest.Shop.ID {
			t.Errorf("%s: status %d, %d events: %s", name, w.Code, len(evs), w.Body)
			continue
		}
		ingesttest.Check(t, evs[0])
		if kind := w.Header().Get("Content-Type"); (kind == "image/gif") != (c.method == "GET") {
			t.Errorf("%s: answered %s", name, kind)
		}
	}
	bench := ingesttest.New(Routes)
	w := bench.Send("POST", "/debug", strings.NewReader(url.Values{"data": {encode(seen)}}.Encode()), "Content-Type", isForm, "Dry-Run", "true")
	if w.Code != 200 || len(bench.Stored()) != 0 {
		t.Errorf("dry run: status %d", w.Code)
	}
}

// covers: B1
func TestProjectNamesTheSource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target, item string
		status       int
		source       int64
	}{
		{"/sa?project=app", `{}`, 200, 2},
		{"/sa?project=app&token=shop-key", `{}`, 200, 1},
		{"/sa?token=app-key", `{}`, 200, 2},
		{"/sa", `{"project":"app"}`, 200, 2},
		{"/sa", `{"token":"app-key"}`, 200, 2},
		{"/sa?project=default", `{"project":"app"}`, 200, 1},
		{"/sa?token=shop-key", `{"project":"app","token":"app-key"}`, 200, 1},
		{"/sa?project=other", `{}`, 401, 0},
		{"/sa?project=app&token=other", `{}`, 401, 0},
		{"/sa?project=closed", `{}`, 401, 0},
		{"/sa", `{"project":"other"}`, 401, 0},
	} {
		bench := ingesttest.New(Routes)
		item := strings.Replace(seen[:len(seen)-1]+","+c.item[1:], ",}", "}", 1)
		status, body := post(bench, c.target, url.Values{"data": {encode(item)}})
		evs := bench.Stored()
		if status != c.status || len(evs) != c.status/200%2 || (len(evs) == 1 && evs[0].SourceID != c.source) {
			t.Errorf("%s %s: status %d, %d events: %s", c.target, c.item, status, len(evs), body)
		}
	}
}

// covers: B1
func TestBadItem_RefusesTheListAndNamesThePlace(t *testing.T) {
	t.Parallel()
	for bad, pointer := range map[string]string{
		`{"type":"track","distinct_id":"a"}`:                                      "/event",
		`{"type":"track","distinct_id":"a","event":{}}`:                           "/event",
		`{"type":"track","distinct_id":"a","event":"Identity Linked"}`:            "/event",
		`{"type":"track","event":"Seen"}`:                                         "/distinct_id",
		`{"type":"track","event":"Seen","distinct_id":{}}`:                        "/distinct_id",
		`{"type":"track","event":"Seen","distinct_id":"a","identities":[]}`:       "/identities",
		`{"type":"track","event":"Seen","identities":{"a b":"1"}}`:                "/identities/a b",
		`{"type":"track","event":"Seen","identities":{"k":{}}}`:                   "/identities/k",
		`{"type":"track","event":"Seen","distinct_id":"a","properties":[]}`:       "/properties",
		`{"type":"track","event":"Seen","distinct_id":"a","time":"soon"}`:         "/time",
		`{"type":"track_signup","distinct_id":"a","original_id":[]}`:              "/original_id",
		`{"type":"profile_increment","distinct_id":"a","properties":{"n":"1"}}`:   "/properties/n",
		`{"type":"profile_unset","distinct_id":"a","properties":"n"}`:             "/properties",
		`{"type":"profile_set","distinct_id":"a","properties":{"":1}}`:            "/properties/",
		`{"type":"item_set","item_id":"1"}`:                                       "/item_type",
		`{"type":"item_delete","item_type":"x"}`:                                  "/item_id",
		`{"type":"item_set","item_type":"x","item_id":"1","properties":1}`:        "/properties",
		`{"type":"sing","distinct_id":"a"}`:                                       "/type",
		`{"distinct_id":"a"}`:                                                     "/type",
		`7`:                                                                       "",
		`{"type":"track","event":"` + strings.Repeat("x", ingest.MaxEvent) + `"}`: "",
	} {
		bench := ingesttest.New(Routes)
		status, body := post(bench, "/sa?project=default", url.Values{"data_list": {packed("[" + seen + "," + bad + "]")}, "gzip": {"1"}})
		var answer struct{ Errors []fault.Field }
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if want := "/data_list/1" + pointer; status != 400 || len(answer.Errors) != 1 || answer.Errors[0].Pointer != want {
			t.Errorf("%.80s: status %d, answer %s, want 400 at %s", bad, status, body, want)
		}
		if n := len(bench.Stored()); n != 0 {
			t.Errorf("%.80s: %d events stored", bad, n)
		}
	}
}

func TestWhatCannotBeUnpackedIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values url.Values
		status int
	}{
		"nothing":        {url.Values{}, 400},
		"not base64":     {url.Values{"data": {"~~~"}}, 400},
		"not JSON":       {url.Values{"data": {encode("hello")}}, 400},
		"broken gzip":    {url.Values{"data": {packed(seen)[:40]}, "gzip": {"1"}}, 400},
		"encrypted":      {url.Values{"data": {encode(seen)}, "gzip": {"9"}}, 400},
		"too large":      {url.Values{"data": {encode("[" + strings.Repeat(" ", ingest.MaxBatch) + "]")}}, 413},
		"a bomb":         {url.Values{"data": {packed(strings.Repeat(" ", 100*ingest.MaxBatch))}, "gzip": {"1"}}, 413},
		"form too large": {url.Values{"data": {strings.Repeat("A", maxForm)}}, 413},
	} {
		bench := ingesttest.New(Routes)
		if status, body := post(bench, "/sa?project=default", c.values); status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, status, c.status, body)
		}
	}
	bench := ingesttest.New(Routes)
	if w := bench.Send("PUT", "/sa", nil); w.Code != 405 {
		t.Errorf("PUT: status %d", w.Code)
	}
}

// covers: B1
func TestRepeatOfAnItemHasItsMessageID(t *testing.T) {
	t.Parallel()
	send := func(item string) string {
		bench := ingesttest.New(Routes)
		if status, body := post(bench, "/sa", url.Values{"data": {encode(item)}}); status != 200 {
			t.Fatalf("status %d: %s", status, body)
		}
		return bench.Stored()[0].MessageID
	}
	const plain = `{"type":"track","event":"Seen","distinct_id":"a","time":1714500000000,"properties":{"n":1},"_flush_time":1}`
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"same track id", seen, strings.Replace(seen, "}", `,"_flush_time":9}`, 1), true},
		{"other track id", seen, strings.Replace(seen, `_id":1`, `_id":2`, 1), false},
		{"same content", plain, strings.Replace(plain, `"_flush_time":1`, `"_flush_time":2`, 1), true},
		{"other property", plain, strings.Replace(plain, `"n":1`, `"n":2`, 1), false},
		{"other time", plain, strings.Replace(plain, `00000`, `00001`, 1), false},
		{"no time", `{"type":"track","event":"Seen","distinct_id":"a"}`, `{"type":"track","event":"Seen","distinct_id":"a"}`, false},
	} {
		if same := send(c.a) == send(c.b); same != c.same {
			t.Errorf("%s: same message id: %v, want %v", c.name, same, c.same)
		}
	}
}
