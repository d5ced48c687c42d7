package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"yutang/internal/fault"
)

// argon2id with 19 MiB and two passes: the OWASP password storage cheat sheet's minimum.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSize   = 32
	saltSize    = 16
)

const (
	minPassword = 10  // characters
	maxPassword = 200 // bytes: the hash should not be a way to keep us busy
)

var phcEncoding = base64.RawStdEncoding

func checkPassword(pointer, password string) error {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return fault.BadField(pointer, "wants %d to %d characters", minPassword, maxPassword)
	}
	return nil
}

// hashPassword makes the PHC string of a password.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	var salt [saltSize]byte
	rand.Read(salt[:]) //nolint:errcheck // see newSecret
	sum, err := s.argon(ctx, password, salt[:])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		phcEncoding.EncodeToString(salt[:]), phcEncoding.EncodeToString(sum)), nil
}

// argon hashes in one of few slots, so that many log-ins at once do not eat the memory.
func (s *Service) argon(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonSize), nil
}

// samePassword checks password against a PHC string made by hashPassword. An empty
// string takes as long and never matches.
func (s *Service) samePassword(ctx context.Context, password, phc string) (bool, error) {
	var salt, want []byte
	if parts := strings.Split(phc, "$"); len(parts) == 6 && parts[1] == "argon2id" {
		var errSalt, errSum error
		salt, errSalt = phcEncoding.DecodeString(parts[4])
		want, errSum = phcEncoding.DecodeString(parts[5])
		if errSalt != nil || errSum != nil {
			return false, fmt.Errorf("read password hash: not a PHC string")
		}
	} else {
		salt = make([]byte, saltSize)
	}
	got, err := s.argon(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}
