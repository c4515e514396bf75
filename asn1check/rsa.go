package asn1check

import "math/big"

var (
	one   = big.NewInt(1)
	three = big.NewInt(3)
	f4    = big.NewInt(65537) // the one public exponent of the devices (behaviour.md 1.2, 1.3)
)

// rsaPrivate is the numbers of an RSA private key whose modulus is encoded in so many octets.
type rsaPrivate struct {
	size int
	num  [rsaNumbers]natural
}

// rsaChecks are what makes eight numbers a key, in order: each may rely on those before. None looks at whether d is
// the inverse mod φ(n) or mod lcm(p-1, q-1): devices write both forms (behaviour.md 1.2).
var rsaChecks = [...]struct {
	num   int // the number to point at, -1 where it might be any
	why   string
	holds func(k *rsaPrivate) bool
}{
	{numN, "n does not have the size of its encoding", func(k *rsaPrivate) bool { return k.num[numN].BitLen() == 8*k.size }},
	{numE, "e is not odd, at least 3 and below n", func(k *rsaPrivate) bool { return goodExponent(k.num[numE].Int, k.num[numN].Int) }},
	// An even or trivial factor would make nonsense of what follows; p = q makes n a square, whose φ is another.
	{numP, "p is even or below 3", func(k *rsaPrivate) bool { return oddFactor(k.num[numP].Int) }},
	{numQ, "q is even or below 3", func(k *rsaPrivate) bool { return oddFactor(k.num[numQ].Int) }},
	{numQ, "p and q are the same", func(k *rsaPrivate) bool { return k.num[numP].Cmp(k.num[numQ].Int) != 0 }},
	// The devices have room for no more (behaviour.md 1.3).
	{numP, "p is larger than half the modulus", func(k *rsaPrivate) bool { return k.num[numP].BitLen() <= 4*k.size }},
	{numQ, "q is larger than half the modulus", func(k *rsaPrivate) bool { return k.num[numQ].BitLen() <= 4*k.size }},
	{-1, "n is not p times q", func(k *rsaPrivate) bool { return isProduct(k.num[numN].Int, k.num[numP].Int, k.num[numQ].Int) }},
	// e against dp and dq before e against d: the device computes with these and never with d (behaviour.md 1.3).
	{numDP, "dp is not the inverse of e mod p-1", func(k *rsaPrivate) bool {
		return k.below(numDP, numP) && inverseModLess1(k.num[numDP].Int, k.num[numE].Int, k.num[numP].Int)
	}},
	{numDQ, "dq is not the inverse of e mod q-1", func(k *rsaPrivate) bool {
		return k.below(numDQ, numQ) && inverseModLess1(k.num[numDQ].Int, k.num[numE].Int, k.num[numQ].Int)
	}},
	{numQInv, "qinv is not the inverse of q mod p", func(k *rsaPrivate) bool {
		return k.below(numQInv, numP) && inverseMod(k.num[numQInv].Int, k.num[numQ].Int, k.num[numP].Int)
	}},
	{numD, "d is not an inverse of e", func(k *rsaPrivate) bool {
		return k.below(numD, numN) &&
			inverseModLess1(k.num[numD].Int, k.num[numE].Int, k.num[numP].Int) &&
			inverseModLess1(k.num[numD].Int, k.num[numE].Int, k.num[numQ].Int)
	}},
}

func (k *rsaPrivate) below(a, b int) bool { return k.num[a].Cmp(k.num[b].Int) < 0 }

func (k *rsaPrivate) flaw(primality bool) *fault {
	for _, c := range rsaChecks {
		if c.holds(k) {
			continue
		}
		if c.num < 0 {
			return &fault{at: -1, why: c.why}
		}
		return &fault{at: k.num[c.num].at, why: c.why}
	}
	if !primality {
		return nil
	}
	// Last, as it costs most. Two numbers that are not prime can satisfy all of the above.
	for _, i := range []int{numP, numQ} {
		if !isPrime(k.num[i].Int) {
			return &fault{at: k.num[i].at, why: members[i].name + " is composite"}
		}
	}
	return nil
}

func (k *rsaPrivate) spki() []byte { return rsaSPKI(k.num[numN].Int, k.num[numE].Int) }

// rsaPublic is the two numbers of an RSA public key whose modulus is encoded in so many octets.
type rsaPublic struct {
	size int
	n, e natural
}

func (k *rsaPublic) flaw(bool) *fault {
	switch {
	case k.n.BitLen() != 8*k.size:
		return &fault{at: k.n.at, why: "n does not have the size of its encoding"}
	case k.n.Bit(0) == 0:
		return &fault{at: k.n.at, why: "n is even"}
	case !goodExponent(k.e.Int, k.n.Int):
		return &fault{at: k.e.at, why: "e is not odd, at least 3 and below n"}
	}
	return nil
}

func (k *rsaPublic) spki() []byte { return rsaSPKI(k.n.Int, k.e.Int) }

func goodExponent(e, n *big.Int) bool { return e.Bit(0) == 1 && e.Cmp(three) >= 0 && e.Cmp(n) < 0 }

func oddFactor(p *big.Int) bool { return p.Bit(0) == 1 && p.Cmp(three) >= 0 }

func isProduct(n, p, q *big.Int) bool { return n.Cmp(new(big.Int).Mul(p, q)) == 0 }

// inverseMod tells whether a·b ≡ 1 mod m, for m > 1.
func inverseMod(a, b, m *big.Int) bool {
	x := new(big.Int).Mul(a, b)
	return x.Mod(x, m).Cmp(one) == 0
}

// inverseModLess1 tells whether a·b ≡ 1 mod m-1, for m > 2.
func inverseModLess1(a, b, m *big.Int) bool { return inverseMod(a, b, new(big.Int).Sub(m, one)) }

// isPrime is Baillie-PSW, which is what ProbablyPrime(0) runs: no composite that passes is known, random or made on
// purpose, and none exists below 2^64. Rounds of Miller-Rabin on top would cost five times as much.
func isPrime(x *big.Int) bool { return x.ProbablyPrime(0) }
