package asn1check

import "strconv"

// A State is the verdict on a slot in one word. The states are ordered: a slot has the first that applies.
// The zero State is none of them.
type State uint8

const (
	Null           State = iota + 1 // every byte 00
	Erased                          // every byte FF
	Fill                            // every byte the same, another value
	WrongAlgorithm                  // begins as a well-formed key of another kind
	Truncated                       // begins as DER, but the encoding runs past the slot
	Malformed                       // not the structure that the slot must hold
	Inconsistent                    // sound structure, but the numbers do not form a key
	Mismatched                      // a sound public key that is not its private slot's; assigned by package dct, never here
	Unrecognised                    // a sound key that is not a known one; assigned by package dct, never here
	OK                              // none of the above
)

var stateNames = [...]string{
	Null:           "null",
	Erased:         "erased",
	Fill:           "fill",
	WrongAlgorithm: "wrong-algorithm",
	Truncated:      "truncated",
	Malformed:      "malformed",
	Inconsistent:   "inconsistent",
	Mismatched:     "mismatched",
	Unrecognised:   "unrecognised",
	OK:             "ok",
}

// String gives the word that reports use for s.
func (s State) String() string {
	if int(s) < len(stateNames) && stateNames[s] != "" {
		return stateNames[s]
	}
	return "state(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText gives the same word as String.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Sound tells whether a key in this state is a key. Mismatched and Unrecognised doubt whose it is, not what it is.
func (s State) Sound() bool { return s == OK || s == Mismatched || s == Unrecognised }
