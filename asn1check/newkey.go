package asn1check

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
)

// ParsePrivateKey reads a P-256 key in SEC 1 or an RSA-1024 key in PKCS #1, as devices or as openssl write them, or
// either in PKCS #8. What follows the DER is ignored. A public key embedded in SEC 1 may be absent; if it is there, it
// must be right. The key must verify in full, primality included, and have the e = 65537 that devices assume.
func ParsePrivateKey(der []byte) (*PrivateKey, error) {
	for _, row := range formats {
		r, _, f := open(der, 0)
		if f != nil {
			return nil, fmt.Errorf("no private key: %w", f)
		}
		p, f := row.parse(&r)
		if f != nil {
			continue
		}
		return newPrivateKey(p)
	}
	return nil, errors.New("no private key: neither sec 1, pkcs #1 nor pkcs #8")
}

// newPrivateKey verifies the key and takes it in, if it is of a kind that devices use.
func newPrivateKey(p parsed) (*PrivateKey, error) {
	ec, _ := p.key.(*ecPrivate)
	rsa, _ := p.key.(*rsaPrivate)
	switch {
	case ec == nil && rsa == nil:
		return nil, errors.New("a public key where a private one is wanted")
	case p.id.algorithm != P256 && p.id.algorithm != RSA1024:
		return nil, fmt.Errorf("no device uses a %v", p.id)
	}
	if f := p.key.flaw(false); f != nil { // NewRSA adds primality
		return nil, fmt.Errorf("unsound private key: %w", f)
	}
	if ec != nil {
		return newEC(ec.scalar), nil
	}
	num := rsa.num
	if num[numE].Cmp(f4) != 0 {
		return nil, errors.New("e is not 65537, which devices assume")
	}
	return NewRSA(num[numN].Int, num[numD].Int, num[numP].Int, num[numQ].Int)
}

// NewEC is the P-256 key of a big-endian scalar, of up to 33 octets with leading zeros.
func NewEC(scalar []byte) (*PrivateKey, error) {
	if len(scalar) > p256.size+1 {
		return nil, errors.New("scalar longer than 33 octets")
	}
	if _, ok := p256.times(scalar); !ok {
		return nil, errors.New("scalar is not between 0 and the order of the curve")
	}
	return newEC(scalar), nil
}

// newEC takes a scalar that is known to be good.
func newEC(scalar []byte) *PrivateKey {
	scalar = bytes.TrimLeft(scalar, "\x00")
	d := make([]byte, p256.size)
	copy(d[p256.size-len(scalar):], scalar)
	point, _ := p256.times(d)
	der := ecDevice(d, point)
	return conceal(secret{algorithm: P256, public: ecSPKI(p256, point), device: der, minimal: der, point: point})
}

// modulusOctets is the size of every device's RSA key.
const modulusOctets = 128

// NewRSA is the RSA-1024 key of two primes and e = 65537. The larger prime becomes p, as in what devices write. n and
// d may be nil; where they are given they must fit, and d is kept as it is, for keys are found in two forms of it
// (behaviour.md 1.2). The other members are computed.
func NewRSA(n, d, p, q *big.Int) (*PrivateKey, error) {
	if p == nil || q == nil {
		return nil, errors.New("a prime is missing")
	}
	for _, x := range []*big.Int{p, q} {
		if !oddFactor(x) || x.BitLen() > 4*modulusOctets {
			return nil, errors.New("a prime is even, too small or too large")
		}
	}
	if p.Cmp(q) < 0 {
		p, q = q, p
	}
	p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
	if n == nil {
		n = new(big.Int).Mul(p, q)
	}
	if d == nil {
		d = inverse(f4, new(big.Int).Mul(p1, q1))
	}
	k := &rsaPrivate{size: modulusOctets}
	for i, x := range [rsaNumbers]*big.Int{
		numN: n, numE: f4, numD: d, numP: p, numQ: q,
		numDP: inverse(f4, p1), numDQ: inverse(f4, q1), numQInv: inverse(q, p),
	} {
		if x.Sign() < 0 {
			return nil, fmt.Errorf("%s is negative", members[i].name)
		}
		k.num[i] = natural{new(big.Int).Set(x), -1}
	}
	if f := k.flaw(true); f != nil {
		return nil, fmt.Errorf("unsound private key: %w", f)
	}
	return conceal(secret{
		algorithm: RSA1024, public: k.spki(), device: rsaDevice(k), minimal: rsaMinimal(k), modulus: k.num[numN].Int,
	}), nil
}

// inverse is a^-1 mod m, and 0, which no check accepts, where there is none.
func inverse(a, m *big.Int) *big.Int {
	if x := new(big.Int).ModInverse(a, m); x != nil {
		return x
	}
	return new(big.Int)
}
