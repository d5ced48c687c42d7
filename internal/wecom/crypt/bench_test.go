package crypt

import "testing"

// BenchmarkDecrypt verifies and decrypts a callback.
func BenchmarkDecrypt(b *testing.B) {
	c := made(b, vectorKeys)
	for b.Loop() {
		if _, err := c.Decrypt(vectorSig, vectorTime, vectorNonce, vectorCipher); err != nil {
			b.Fatal(err)
		}
	}
}
