package asn1check

import "math/big"

// A natural is a non-negative INTEGER and the slot offset of its first content octet.
type natural struct {
	*big.Int
	at int
}

// Whether an INTEGER may have superfluous leading zeros: device-made keys do (behaviour.md 1.2).
const (
	minimal = false
	padded  = true
)

// natural reads r, the contents of an INTEGER, of at most limit octets.
func (r reader) natural(name string, limit int, mayPad bool) (natural, *fault) {
	if f := r.whole(name); f != nil {
		return natural{}, f
	}
	switch {
	case len(r.b) == 0:
		return natural{}, &fault{at: r.lengthAt, why: name + ": empty"}
	case len(r.b) > limit:
		return natural{}, &fault{at: r.lengthAt, why: name + ": longer than the modulus allows"}
	case r.b[0] >= 0x80:
		return natural{}, &fault{at: r.at, why: name + ": negative"}
	case !mayPad && len(r.b) > 1 && r.b[0] == 0 && r.b[1] < 0x80:
		return natural{}, &fault{at: r.at, why: name + ": not in its shortest form"}
	}
	return natural{new(big.Int).SetBytes(r.b), r.at}, nil
}
