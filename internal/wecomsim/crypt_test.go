package wecomsim

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"testing"
)

const vectorPlain = "<xml><ToUserName><![CDATA[ww0000000000000001]]></ToUserName><Event><![CDATA[change_external_contact]]></Event></xml>"

func TestCryptor_MatchesTheInteropVector(t *testing.T) {
	t.Parallel()
	c, err := newCryptor(testToken, testKey, "ww0000000000000001")
	if err != nil {
		t.Fatal(err)
	}
	got := c.seal([]byte("0123456789abcdef"), []byte(vectorPlain))
	const want = "sCPBVsI5q2p1bU6GMG1gRMGi9RdqVpEWvukmS0zhwtdnIBFa+VTM/JHO/8bNeBf6WkzKuxbWd5fR7J5H7Fwz0jeLXbtI6+YMrwUn0Fu01wgjZM55QGtcGeEpk513EqrrGvhMSB3ECVMzPvHgPbxQnfAFxuF/YOuzSTwDy3ks5Pow6vGq4FkvMqPy9aqu7Q+Snbf2EWIOrKhTnvhYiqH5+A=="
	if got != want {
		t.Errorf("encrypted %s", got)
	}
	if sign := c.sign("1700000000", "nonce1", got); sign != "32389ae63a4f3d9e886c7693a1b9ff9ac4a54e54" {
		t.Errorf("signature %s", sign)
	}
}

func TestCryptor_RefusesKeysOfTheWrongLength(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "short", testKey + "A", testKey[:42] + "!"} {
		if _, err := newCryptor("t", key, "r"); err == nil {
			t.Errorf("key %q is accepted", key)
		}
	}
}

// openCallback checks the signature of a delivered callback and decrypts it.
func openCallback(t *testing.T, body string, q url.Values) string {
	encrypted := element(body, "Encrypt")
	c, err := newCryptor(testToken, testKey, "ww0000000000000001")
	if err != nil {
		t.Error(err)
		return ""
	}
	if c.sign(q.Get("timestamp"), q.Get("nonce"), encrypted) != q.Get("msg_signature") {
		t.Error("the signature is wrong")
	}
	raw, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(raw)%32 != 0 {
		t.Errorf("a frame of %d bytes: %v", len(raw), err)
		return ""
	}
	block, err := aes.NewCipher(c.key)
	if err != nil {
		t.Error(err)
		return ""
	}
	cipher.NewCBCDecrypter(block, c.key[:16]).CryptBlocks(raw, raw)
	raw = raw[:len(raw)-int(raw[len(raw)-1])]
	n := binary.BigEndian.Uint32(raw[16:20])
	if receiver := string(raw[20+n:]); receiver != "ww0000000000000001" {
		t.Errorf("receiver %q", receiver)
	}
	return string(raw[20 : 20+n])
}
