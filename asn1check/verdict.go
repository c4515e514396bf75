package asn1check

import (
	"crypto/sha256"
	"encoding/hex"
)

// A Verdict is all that can be said of a slot from its own bytes.
type Verdict struct {
	State     State
	Algorithm Algorithm // of the key that was read; NoAlgorithm where the state is before WrongAlgorithm, Truncated or Malformed

	Offset int // where in the slot the DER begins: 37 for a right-aligned cached public key, else 0

	// Length is how many bytes of DER begin at Offset, as their header says; 0 where no length can be read.
	// It may exceed the slot in the states Truncated and WrongAlgorithm, and in no other.
	Length int

	Fault  int    // slot offset of the first fault, -1 where there is none to point at
	Detail string // one clause for people, never with key bytes; "" where the state says it all

	// Public is the canonical DER SubjectPublicKeyInfo of the key: always there in state OK, in WrongAlgorithm where
	// the foreign key could be read as a whole, nil otherwise.
	Public []byte

	// Loads tells, for private slots, whether the device's own reader gets a working key from these bytes.
	Loads bool

	// LoadsWhy says why Loads differs from State == OK. It is "" where it does not, but for a key without its public
	// half, which some firmware loads and some does not: Loads is false then, and this says so.
	LoadsWhy string
}

// Options tune a judgement. The zero value judges in full.
type Options struct {
	// SkipPrimality believes that p and q are prime. Telling costs a hundred times all other arithmetic together, and
	// damage has no way to make one of them composite that the other relations would not notice.
	SkipPrimality bool
}

// Fingerprint is how reports name a key: the SHA-256 of its DER SubjectPublicKeyInfo in lower-case hex, "" for nil.
func Fingerprint(spki []byte) string {
	if spki == nil {
		return ""
	}
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:])
}
