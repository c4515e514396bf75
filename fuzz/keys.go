package fuzz

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/dctkit/dctkit/asn1check"
)

// randomness is a stream of bytes that a purpose and a seed fix for good.
func randomness(purpose string, seed uint64) *rand.ChaCha8 {
	return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "dctkit test %s %d", purpose, seed)))
}

// ECKey returns the P-256 test key of a seed.
func ECKey(seed uint64) *asn1check.PrivateKey {
	random := randomness("ec", seed)
	for {
		var scalar [32]byte
		fill(random, scalar[:])
		// A scalar out of range is possible, if only in theory.
		if key, err := asn1check.NewEC(scalar[:]); err == nil {
			return key
		}
	}
}

// RSAKey returns the RSA-1024 test key of a seed, with e = 65537. Making one
// takes some tens of milliseconds.
func RSAKey(seed uint64) *asn1check.PrivateKey {
	random := randomness("rsa", seed)
	for {
		p, q := prime(random), prime(random)
		// e must have an inverse; almost every pair of primes will do.
		if key, err := asn1check.NewRSA(nil, nil, p, q); err == nil {
			return key
		}
	}
}

// prime returns a 512-bit prime with its two top bits set, so that the product
// of two has 1024.
func prime(random *rand.ChaCha8) *big.Int {
	var b [64]byte
	for {
		fill(random, b[:])
		b[0] |= 0xC0
		b[63] |= 1
		if p := new(big.Int).SetBytes(b[:]); p.ProbablyPrime(0) {
			return p
		}
	}
}

func fill(random *rand.ChaCha8, b []byte) {
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, random.Uint64())
		b = b[8:]
	}
}
