package archive

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"yutang/internal/fault"
)

// Setup connects the archive of a corp. An empty secret keeps what is stored; Keys are
// private keys (PEM) by the version of their public part, added to those stored.
type Setup struct {
	Corp   string
	Source string
	Secret string
	Keys   map[int]string
}

// account is the archive of a corp with its credentials.
type account struct {
	corp     string
	source   string
	secret   string
	keys     map[int]string
	cursor   int64
	pulledAt time.Time
	problem  string
	stored   int64
	withheld int64
	unread   int64
}

func (a account) versions() []int { return slices.Sorted(maps.Keys(a.keys)) }

// Status is how the archive of a corp is.
func (s *Service) Status(ctx context.Context, corpID string) (Status, error) {
	a, err := s.account(ctx, corpID)
	if fault.Is(err, fault.NotFound) {
		return Status{
			State: NotConfigured, Keys: []int{},
			Reason: "no source is set up: enter the secret of the archive and the private key",
		}, nil
	}
	return a.status(), err
}

// Put connects the archive of a corp, or changes it. What was kept stays. audit, if not nil,
// runs in the same transaction.
func (s *Service) Put(ctx context.Context, in Setup, audit func(ctx context.Context) error) (Status, error) {
	var a account
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		a, err = s.account(ctx, in.Corp)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		a.corp, a.source = in.Corp, in.Source
		if in.Secret != "" {
			a.secret = in.Secret
		}
		if a.keys == nil {
			a.keys = map[int]string{}
		}
		maps.Copy(a.keys, in.Keys)
		if err := s.check(a); err != nil {
			return err
		}
		a.problem = ""
		if err := s.store(ctx, a); err != nil {
			return err
		}
		if err := s.wake(ctx, a.corp, a.corp); err != nil {
			return err
		}
		if audit == nil {
			return nil
		}
		return audit(ctx)
	})
	return a.status(), err
}

// Delete disconnects the archive of a corp: its credentials are gone, messages stay.
func (s *Service) Delete(ctx context.Context, corpID string, audit func(ctx context.Context) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.remove(ctx, corpID); err != nil {
			return err
		}
		if err := s.Jobs.Drop(ctx, pullJob, corpID); err != nil || audit == nil {
			return err
		}
		return audit(ctx)
	})
}

func (s *Service) check(a account) error {
	if _, ok := s.Sources[a.source]; !ok {
		return fault.BadField("/source", "wants one of %s", strings.Join(slices.Sorted(maps.Keys(s.Sources)), ", "))
	}
	if a.secret == "" {
		return fault.BadField("/secret", "wants the secret of the conversation archive")
	}
	if len(a.keys) == 0 {
		return fault.BadField("/keys", "wants the private key of the pair whose public part the platform has")
	}
	for version, text := range a.keys {
		if version < 1 {
			return fault.BadField(fmt.Sprintf("/keys/%d", version), "versions count from 1")
		}
		if _, err := privateKey(text); err != nil {
			return fault.BadField(fmt.Sprintf("/keys/%d", version), "%v", err)
		}
	}
	return nil
}

var errNoKey = fault.New(fault.Invalid, "archive_key", "wants an RSA private key of 2048 bits in PEM")

func privateKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errNoKey
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errNoKey
		}
		var ok bool
		if key, ok = any.(*rsa.PrivateKey); !ok {
			return nil, errNoKey
		}
	}
	if key.N.BitLen() != 2048 {
		return nil, errNoKey
	}
	return key, nil
}
