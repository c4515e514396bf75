package asn1check

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"math/rand"
	"sync"
	"testing"
)

// Test keys come from fixed seeds. They are made here from primes, since crypto/rsa no longer listens to its reader.

// primePair gives two primes whose product has the bits of a modulus, p > q, from a fixed seed.
func primePair(rng *rand.Rand, bits int) (p, q *big.Int) {
	prime := func() *big.Int {
		for {
			x := make([]byte, bits/16)
			rng.Read(x)
			x[0] |= 0xC0
			x[len(x)-1] |= 1
			c := new(big.Int).SetBytes(x)
			if c.ProbablyPrime(0) && inverse(f4, new(big.Int).Sub(c, one)).Sign() > 0 {
				return c
			}
		}
	}
	p, q = prime(), prime()
	if p.Cmp(q) < 0 {
		p, q = q, p
	}
	return p, q
}

// testPrimes are shared by all tests, as they are what costs.
var testPrimes = sync.OnceValue(func() [][2]*big.Int {
	rng := rand.New(rand.NewSource(5))
	pairs := make([][2]*big.Int, 24)
	for i := range pairs {
		pairs[i][0], pairs[i][1] = primePair(rng, 1024)
	}
	return pairs
})

func mustRSA(t testing.TB, i int) *PrivateKey {
	t.Helper()
	pq := testPrimes()[i]
	k, err := NewRSA(nil, nil, pq[0], pq[1])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func testScalar(i int64) []byte {
	d := make([]byte, 32)
	rand.New(rand.NewSource(i)).Read(d)
	d[0] &= 0x7F
	return d
}

func mustEC(t testing.TB, scalar []byte) *PrivateKey {
	t.Helper()
	k, err := NewEC(scalar)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// rsaMembers are the eight numbers of a key by name, for tests that spoil one.
func rsaMembers(t testing.TB, der []byte) *rsaPrivate {
	t.Helper()
	r, _, _ := open(der, 0)
	p, f := parsePKCS1(&r)
	if f != nil {
		t.Fatal(f)
	}
	return p.key.(*rsaPrivate)
}

// rsaWith is the minimal encoding of a key with one number replaced.
func rsaWith(t testing.TB, der []byte, member int, x *big.Int) []byte {
	k := rsaMembers(t, der)
	k.num[member].Int = x
	return rsaMinimal(k)
}

// slot pads der to size with one byte.
func slot(der []byte, size int, pad byte) []byte {
	s := bytes.Repeat([]byte{pad}, size)
	copy(s, der)
	return s
}

// residueSlot is a slot as a device leaves it: the key was made at the end and moved to the front (behaviour.md 1.4).
func residueSlot(der []byte) []byte {
	s := make([]byte, 192)
	copy(s[192-len(der):], der)
	copy(s, der)
	return s
}

// ecInteger is the encoding of mbedtls up to 2.16: the scalar as the contents of an INTEGER (behaviour.md 1.4).
func ecInteger(k *PrivateKey, scalar []byte) []byte {
	contents := encodeInteger(new(big.Int).SetBytes(scalar))[2:]
	return ecDevice(contents, k.Point())
}

func with(b []byte, at int, v ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], v)
	return b
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rsa2048 is a private key that is too large for any slot.
var rsa2048 = sync.OnceValue(func() []byte {
	p, q := primePair(rand.New(rand.NewSource(2)), 2048)
	k := &rsaPrivate{size: 256}
	one := big.NewInt(1)
	p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
	for i, x := range [rsaNumbers]*big.Int{
		new(big.Int).Mul(p, q), f4, inverse(f4, new(big.Int).Mul(p1, q1)), p, q, inverse(f4, p1), inverse(f4, q1), inverse(q, p),
	} {
		k.num[i].Int = x
	}
	return rsaMinimal(k)
})

func spki2048(t testing.TB) []byte {
	t.Helper()
	k, err := x509.ParsePKCS1PrivateKey(rsa2048())
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func bigOf(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
