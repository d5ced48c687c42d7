package archive

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SimulatorName is the source of a simulated platform.
const SimulatorName = "simulator"

// Simulator is the source of a simulated corp, which serves its archive over HTTP at BaseURL.
type Simulator struct {
	BaseURL string
	Corp    string
	Secret  string
	HTTP    *http.Client
}

// SourceError is a refusal of a source by the platform library's code.
type SourceError struct{ Code int }

var sourceHints = map[int]string{
	40001:  "the secret is not that of the conversation archive",
	40013:  "the corp id is wrong",
	301042: "the address of this server is not among the archive's trusted ones",
	301053: "the corp has no conversation archive",
}

// Error names the code and what it means, if that is known.
func (e *SourceError) Error() string {
	if hint := sourceHints[e.Code]; hint != "" {
		return fmt.Sprintf("%d: %s", e.Code, hint)
	}
	return fmt.Sprintf("the source answers %d", e.Code)
}

const (
	sourceTimeout = 20 * time.Second
	maxAnswer     = 64 << 20
)

// Rows asks for rows.
func (s *Simulator) Rows(ctx context.Context, after int64, limit int) ([]Row, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	q := url.Values{"corpid": {s.Corp}, "secret": {s.Secret}, "seq": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(limit)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.BaseURL, "/")+"/sim/archive/chatdata?"+q.Encode(), nil)
	if err != nil {
		return nil, errors.New("the base address is none")
	}
	res, err := s.HTTP.Do(req)
	if err != nil {
		var u *url.Error // it holds the secret
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, err
	}
	defer res.Body.Close()
	var out struct {
		Code int `json:"errcode"`
		Data []struct {
			Seq     int64  `json:"seq"`
			MsgID   string `json:"msgid"`
			Version int    `json:"publickey_ver"`
			Key     string `json:"encrypt_random_key"`
			Message string `json:"encrypt_chat_msg"`
		} `json:"chatdata"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&out); err != nil {
		return nil, fmt.Errorf("status %d without a usable answer", res.StatusCode)
	}
	if out.Code != 0 {
		return nil, &SourceError{out.Code}
	}
	rows := make([]Row, len(out.Data))
	for i, d := range out.Data {
		rows[i] = Row{Seq: d.Seq, MsgID: d.MsgID, KeyVersion: d.Version, RandomKey: d.Key, Message: d.Message}
	}
	return rows, nil
}

// Decrypt opens the simulator's cipher: AES-256-CBC under SHA-256 of the random key, the IV
// in front, PKCS #7 padding, in base64.
func (s *Simulator) Decrypt(randomKey []byte, message string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(message)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errDamaged
	}
	key := sha256.Sum256(randomKey)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(plain, data[aes.BlockSize:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errDamaged
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errDamaged
		}
	}
	return plain[:len(plain)-pad], nil
}
