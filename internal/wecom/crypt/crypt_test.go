package crypt

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yutang/internal/fault"
)

const (
	vectorPlain  = `<xml><ToUserName><![CDATA[ww0000000000000001]]></ToUserName><Event><![CDATA[change_external_contact]]></Event></xml>`
	vectorCipher = `sCPBVsI5q2p1bU6GMG1gRMGi9RdqVpEWvukmS0zhwtdnIBFa+VTM/JHO/8bNeBf6WkzKuxbWd5fR7J5H7Fwz0jeLXbtI6+YMrwUn0Fu01wgjZM55QGtcGeEpk513EqrrGvhMSB3ECVMzPvHgPbxQnfAFxuF/YOuzSTwDy3ks5Pow6vGq4FkvMqPy9aqu7Q+Snbf2EWIOrKhTnvhYiqH5+A==`
	vectorSig    = `32389ae63a4f3d9e886c7693a1b9ff9ac4a54e54`
	vectorTime   = `1700000000`
	vectorNonce  = `nonce1`
)

var vectorKeys = Keys{Token: "SimToken01", AESKey: strings.Repeat("abcdefghij", 4) + "abA", ReceiveID: "ww0000000000000001"}

func made(t testing.TB, k Keys) *Crypt {
	t.Helper()
	c, err := New(k)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDecrypt_ReadsTheInteropVector(t *testing.T) {
	t.Parallel()
	c := made(t, vectorKeys)
	plain, err := c.Decrypt(vectorSig, vectorTime, vectorNonce, vectorCipher)
	if err != nil || string(plain) != vectorPlain {
		t.Fatalf("Decrypt = %q, %v", plain, err)
	}
	if got := c.frame([randomSize]byte([]byte("0123456789abcdef")), []byte(vectorPlain)); got != vectorCipher {
		t.Errorf("the same message encrypts to %s", got)
	}
	if got := c.Sign(vectorTime, vectorNonce, vectorCipher); got != vectorSig {
		t.Errorf("Sign = %s", got)
	}
}

func TestDecrypt_Refuses(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("ABCDEFGHIJ", 4) + "abA"
	flipped := []byte(vectorCipher)
	flipped[len(flipped)-10] ^= 1
	for name, tc := range map[string]struct {
		keys          Keys
		sig, encypted string
		code          string
		kind          fault.Kind
	}{
		"another corp":         {Keys{vectorKeys.Token, vectorKeys.AESKey, "ww0000000000000002"}, vectorSig, vectorCipher, "callback_receiver", fault.Forbidden},
		"no receiver":          {Keys{vectorKeys.Token, vectorKeys.AESKey, ""}, vectorSig, vectorCipher, "callback_receiver", fault.Forbidden},
		"another token":        {Keys{"Other", vectorKeys.AESKey, vectorKeys.ReceiveID}, vectorSig, vectorCipher, "callback_signature", fault.Unauthenticated},
		"another aes key":      {Keys{vectorKeys.Token, other, vectorKeys.ReceiveID}, vectorSig, vectorCipher, "callback_cipher", fault.Invalid},
		"a changed text":       {vectorKeys, vectorSig, string(flipped), "callback_signature", fault.Unauthenticated},
		"no signature":         {vectorKeys, "", vectorCipher, "callback_signature", fault.Unauthenticated},
		"an upper signature":   {vectorKeys, strings.ToUpper(vectorSig), vectorCipher, "callback_signature", fault.Unauthenticated},
		"signed, not base64":   {vectorKeys, "sign", "%%%", "callback_cipher", fault.Invalid},
		"signed, empty":        {vectorKeys, "sign", "", "callback_cipher", fault.Invalid},
		"signed, half a block": {vectorKeys, "sign", base64.StdEncoding.EncodeToString(make([]byte, 48)), "callback_cipher", fault.Invalid},
		"signed, random":       {vectorKeys, "sign", base64.StdEncoding.EncodeToString(make([]byte, 64)), "callback_cipher", fault.Invalid},
		"too long":             {vectorKeys, "sign", strings.Repeat("A", maxCipher+4), "callback_cipher", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := made(t, tc.keys)
			sig := tc.sig
			if sig == "sign" {
				sig = c.Sign(vectorTime, vectorNonce, tc.encypted)
			}
			plain, err := c.Decrypt(sig, vectorTime, vectorNonce, tc.encypted)
			if plain != nil || !fault.Is(err, tc.kind) || err.(*fault.Error).Code != tc.code {
				t.Fatalf("Decrypt = %q, %v", plain, err)
			}
		})
	}
}

func TestNew_NamesTheWrongKey(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		keys    Keys
		pointer string
	}{
		{Keys{AESKey: vectorKeys.AESKey}, "/token"},
		{Keys{Token: "t", AESKey: vectorKeys.AESKey[:42]}, "/aes_key"},
		{Keys{Token: "t", AESKey: vectorKeys.AESKey + "A"}, "/aes_key"},
		{Keys{Token: "t", AESKey: strings.Repeat("=", 43)}, "/aes_key"},
	} {
		_, err := New(tc.keys)
		if !fault.Is(err, fault.Invalid) || err.(*fault.Error).Fields[0].Pointer != tc.pointer {
			t.Errorf("New(%+v) = %v, want a fault at %s", tc.keys, err, tc.pointer)
		}
	}
}

func TestEncrypt_IsReadBackByDecrypt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := Keys{Token: rapid.StringMatching(`[A-Za-z0-9]{1,32}`).Draw(t, "token"), AESKey: rapid.StringMatching(`[A-Za-z0-9]{43}`).Draw(t, "key"), ReceiveID: rapid.StringMatching(`[a-z0-9]{0,40}`).Draw(t, "receiver")}
		c, err := New(k)
		if err != nil {
			t.Fatal(err)
		}
		plain := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plain")
		out, err := c.Encrypt(plain, "1700000001", "n")
		if err != nil {
			t.Fatal(err)
		}
		var r struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
		if err := xml.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		back, err := c.Decrypt(r.MsgSignature, r.TimeStamp, r.Nonce, r.Encrypt)
		if err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("got %q, %v, want %q", back, err, plain)
		}
	})
}

func TestEncrypt_NeverTwiceTheSame(t *testing.T) {
	t.Parallel()
	c := made(t, vectorKeys)
	a, errA := c.Encrypt([]byte("x"), vectorTime, vectorNonce)
	b, errB := c.Encrypt([]byte("x"), vectorTime, vectorNonce)
	if errA != nil || errB != nil || bytes.Equal(a, b) {
		t.Fatalf("two answers are equal: %s (%v, %v)", a, errA, errB)
	}
}

// FuzzDecrypt signs whatever comes, so that the fuzzer reaches the frame.
func FuzzDecrypt(f *testing.F) {
	c := made(f, vectorKeys)
	f.Add([]byte(vectorCipher), false)
	f.Add(make([]byte, 64), true)
	f.Add([]byte(strings.Repeat("\x20", 32)), true)
	f.Fuzz(func(t *testing.T, raw []byte, encode bool) {
		text := string(raw)
		if encode {
			text = base64.StdEncoding.EncodeToString(raw)
		}
		plain, err := c.Decrypt(c.Sign("1", "2", text), "1", "2", text)
		if err == nil && len(plain)+headSize > len(text) {
			t.Fatalf("%d bytes out of %d characters", len(plain), len(text))
		}
		if err != nil && plain != nil {
			t.Fatalf("content beside an error: %q, %v", plain, err)
		}
		if _, err := c.Decrypt("", "1", "2", text); err == nil {
			t.Fatal("an unsigned text was decrypted")
		}
	})
}
