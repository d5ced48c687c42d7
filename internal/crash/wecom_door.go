package crash

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"

	"yutang/internal/wecom/crypt"
	"yutang/internal/wecom/notice"
)

// NewDoor opens a door on the loopback interface. Nothing stands behind it yet.
func NewDoor() (*Door, error) {
	c, err := crypt.New(crypt.Keys{Token: wecomToken, AESKey: wecomAESKey, ReceiveID: wecomCorp})
	if err != nil {
		return nil, err
	}
	d := &Door{gate: NewGate(), acked: map[string]bool{}}
	d.open = func(r *http.Request, body []byte) (string, error) {
		envelope, err := notice.ParseEnvelope(body)
		if err != nil {
			return "", err
		}
		q := r.URL.Query()
		plain, err := c.Decrypt(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), envelope.Encrypt)
		return string(plain), err
	}
	d.server = httptest.NewServer(d)
	return d, nil
}

// ServeHTTP hands a callback to the server and notes its answer.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the platform went away
	}
	plain, err := d.open(r, body)
	if err != nil {
		d.fail(err)
		return
	}
	d.note(plain, false)
	status := d.pass(r, body)
	d.note(plain, status == http.StatusOK)
	w.WriteHeader(status)
}

func (d *Door) pass(r *http.Request, body []byte) int {
	address := d.gate.now()
	if address == "" {
		return http.StatusServiceUnavailable
	}
	target := "http://" + address + "/wecom/callback/" + wecomCorp + "/main?" + r.URL.RawQuery
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		d.fail(err)
		return http.StatusInternalServerError
	}
	resp, err := http.DefaultClient.Do(req) //nolint:gosec // the server under test
	if err != nil {
		return http.StatusBadGateway // it was killed
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
