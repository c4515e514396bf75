package asn1check

// The numbers of an RSA private key, in the order of the encoding.
const (
	numN = iota
	numE
	numD
	numP
	numQ
	numDP
	numDQ
	numQInv
	rsaNumbers
)

// members says how each number may be encoded: at most size/divisor octets and one for the sign.
var members = [rsaNumbers]struct {
	name    string
	divisor int
	mayPad  bool
}{
	numN:    {"n", 1, padded},
	numE:    {"e", 1, minimal},
	numD:    {"d", 1, padded},
	numP:    {"p", 2, padded},
	numQ:    {"q", 2, padded},
	numDP:   {"dp", 2, padded},
	numDQ:   {"dq", 2, padded},
	numQInv: {"qinv", 2, padded},
}

// Moduli outside of these many octets are not taken for RSA keys; it also bounds the arithmetic.
const (
	minModulus = 64
	maxModulus = 512
)

// modulusSize is the nominal size in octets of a modulus whose INTEGER has that many, with or without a sign octet.
// It goes by the encoding, not by the value, so that a flipped top bit does not make another size of key.
func (r reader) modulusSize() (int, *fault) {
	size := r.declared() &^ 1
	if size < minModulus || size > maxModulus {
		return 0, &fault{at: r.lengthAt, why: "n: not the size of an rsa modulus"}
	}
	return size, nil
}

// parsePKCS1 reads an RSAPrivateKey of two primes (RFC 8017, A.1.2), in minimal or device form (behaviour.md 1.2).
func parsePKCS1(r *reader) (p parsed, f *fault) {
	seq, f := r.element(tagSequence, "key")
	if f != nil {
		return p, f
	}
	content := seq.declared()
	isCut := seq.missing > 0
	if f := seq.version(0); f != nil {
		return p, f
	}
	k := new(rsaPrivate)
	for i, m := range members {
		body, f := seq.element(tagInteger, m.name)
		if f != nil {
			return p, f
		}
		if i == numN {
			if k.size, f = body.modulusSize(); f != nil {
				return p, f
			}
			if isCut && !plausible(content, k.size) {
				return p, &fault{at: seq.lengthAt, why: "key: not the length that its modulus asks for"}
			}
			p.id = rsaIdentity(pkcs1, k.size)
		}
		if k.num[i], f = body.natural(m.name, k.size/m.divisor+1, m.mayPad); f != nil {
			return p, f
		}
	}
	if f := seq.end("key"); f != nil {
		return p, f
	}
	p.key = k
	return p, nil
}

// plausible tells whether a SEQUENCE of so many octets may hold the key of that modulus: two numbers of the modulus's
// size and five of half that, their headers, version and e. Where the key is cut off, it is the second opinion that
// keeps a damaged length from looking like a larger key.
func plausible(content, size int) bool {
	numbers := 2*size + 5*size/2
	return content >= numbers && content <= numbers+64
}
