package wecomsim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"time"
)

const (
	archiveKept   = 5 * 24 * time.Hour // how long a message may be pulled
	archiveLimit  = 1000               // rows of one pull
	archiveChunk  = 512 << 10          // bytes of one media read
	archiveNotify = 15 * time.Second   // between two notices that there is data
	archiveBits   = 2048
)

// archive is the corp's conversation archive (会话存档): the messages of staff who are archived,
// by number. Rows leave it encrypted as the platform's own library gives them: the random key
// is encrypted with the corp's RSA key (PKCS #1 v1.5), the message under the random key. The
// library's cipher for the message is not published; the simulator's is AES-256-CBC with the
// key SHA-256(random key), the IV in front and PKCS #7 padding, in base64.
type archive struct {
	rows    []archivedMessage
	seq     int64
	version int
	public  *rsa.PublicKey
	private *rsa.PrivateKey // of the simulator's own pair; nil once the corp gave its public key
	media   map[string][]byte
	noticed time.Time
	pending bool // a notice waits for its time
	agreed  map[pair]agreement
}

// agreement is a customer's answer to being archived.
type agreement struct {
	yes bool
	at  time.Time
}

// archivedMessage is a message as the archive holds it.
type archivedMessage struct {
	seq   int64
	msgid string
	at    time.Time
	body  []byte // the plain JSON
}

// ChatData is one encrypted row of the archive.
type ChatData struct {
	Seq              int64  `json:"seq"`
	MsgID            string `json:"msgid"`
	PublicKeyVer     int    `json:"publickey_ver"`
	EncryptRandomKey string `json:"encrypt_random_key"`
	EncryptChatMsg   string `json:"encrypt_chat_msg"`
}

func newArchive() archive {
	return archive{version: 1, media: map[string][]byte{}, agreed: map[pair]agreement{}}
}

// append keeps a message; body lacks msgid and gets it here.
func (a *archive) append(msgid string, at time.Time, body map[string]any) {
	a.seq++
	body["msgid"] = msgid
	text, err := json.Marshal(body)
	if err != nil {
		return
	}
	a.rows = append(a.rows, archivedMessage{seq: a.seq, msgid: msgid, at: at, body: text})
}

// fields are the message's as they can be changed for a row about it.
func (m archivedMessage) fields() map[string]any {
	out := map[string]any{}
	if err := json.Unmarshal(m.body, &out); err != nil {
		return map[string]any{}
	}
	kind, _ := out["msgtype"].(string)
	delete(out, kind)
	return out
}

// after gives at most limit rows with a number above seq that are not too old at this moment.
func (a *archive) after(seq int64, limit int, now time.Time) []archivedMessage {
	for len(a.rows) > 0 && now.Sub(a.rows[0].at) > archiveKept {
		a.rows = a.rows[1:]
	}
	from := 0
	if len(a.rows) > 0 {
		from = int(min(max(seq-a.rows[0].seq+1, 0), int64(len(a.rows))))
	}
	return a.rows[from:min(from+limit, len(a.rows))]
}

// key makes the simulator's own pair at first need.
func (a *archive) key() (*rsa.PublicKey, error) {
	if a.public == nil {
		private, err := rsa.GenerateKey(rand.Reader, archiveBits)
		if err != nil {
			return nil, err
		}
		a.private, a.public = private, &private.PublicKey
	}
	return a.public, nil
}

// setKey takes the corp's public key (PEM) as the next version.
func (a *archive) setKey(text string) error {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return errors.New("not a PEM block")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PublicKey(block.Bytes); err != nil {
			return errors.New("not an RSA public key")
		}
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok || public.N.BitLen() != archiveBits {
		return errors.New("want an RSA key of 2048 bits")
	}
	if a.public != nil {
		a.version++
	}
	a.public, a.private = public, nil
	return nil
}

// privatePEM is the simulator's own private key, for a corp that has set none.
func (a *archive) privatePEM() (string, error) {
	if _, err := a.key(); err != nil {
		return "", err
	}
	if a.private == nil {
		return "", errors.New("the corp's own key is in use; the simulator does not know its private part")
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(a.private)})), nil
}

// encrypt makes the row of a message.
func (a *archive) encrypt(m archivedMessage) (ChatData, error) {
	public, err := a.key()
	if err != nil {
		return ChatData{}, err
	}
	var raw [32]byte
	_, _ = rand.Read(raw[:])
	random := hex.EncodeToString(raw[:])
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, public, []byte(random)) //nolint:staticcheck // the platform's padding
	if err != nil {
		return ChatData{}, err
	}
	return ChatData{
		Seq: m.seq, MsgID: m.msgid, PublicKeyVer: a.version,
		EncryptRandomKey: base64.StdEncoding.EncodeToString(wrapped),
		EncryptChatMsg:   sealArchived(random, m.body),
	}, nil
}

// sealArchived encrypts text under a random key.
func sealArchived(random string, text []byte) string {
	key := sha256.Sum256([]byte(random))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return ""
	}
	pad := aes.BlockSize - len(text)%aes.BlockSize
	out := make([]byte, aes.BlockSize, aes.BlockSize+len(text)+pad)
	_, _ = rand.Read(out)
	out = append(append(out, text...), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], out[aes.BlockSize:])
	return base64.StdEncoding.EncodeToString(out)
}
