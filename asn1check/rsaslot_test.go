package asn1check

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"math/big"
	"math/rand"
	"testing"
)

// shifted is how firmware before 0.4.9 spoils a key whose number has a zero top octet: the length says what it always
// says, but the number is written short, and the rest of the blob moves up (behaviour.md 1.2).
func shifted(der []byte, at int) []byte {
	return append(append(bytes.Clone(der[:at]), der[at+1:]...), 0xFF)
}

// shortMembers finds keys with a number that is an octet short, one a member.
func shortMembers(t testing.TB) map[int]*PrivateKey {
	t.Helper()
	rng := rand.New(rand.NewSource(3))
	var primes []*big.Int
	for _, pq := range testPrimes() {
		primes = append(primes, pq[0], pq[1])
	}
	found := map[int]*PrivateKey{}
	look := func(p, q *big.Int) {
		k, err := NewRSA(nil, nil, p, q)
		if err != nil {
			t.Fatal(err)
		}
		m := rsaMembers(t, k.DeviceDER())
		for i, row := range members {
			if i != numE && m.num[i].BitLen() < 8*(128/row.divisor-1) && found[i] == nil {
				found[i] = k
			}
		}
	}
	small := primeWithShortExponent(rng)
	larger, smaller := new(big.Int), small
	for _, q := range primes {
		if q.Cmp(small) > 0 {
			larger = q
		} else if smaller == small {
			smaller = q
		}
	}
	look(larger, small)  // small is q: DQ is short
	look(small, smaller) // small is p: DP is short
	for i := range primes {
		for j := range i {
			if found[numD] == nil || found[numQInv] == nil {
				look(primes[i], primes[j])
			}
		}
	}
	return found
}

// primeWithShortExponent gives a prime p of 512 bits for which 1/e mod p-1 has 503: e·dp = 1 + k(p-1), solved for p
// with a small k.
func primeWithShortExponent(rng *rand.Rand) *big.Int {
	k := big.NewInt(131) // 65537/131 is a little below 2^9, which leaves the top bit of p set
	step := inverse(f4, k)
	for {
		x := make([]byte, 63)
		rng.Read(x)
		x[0] = x[0]&0x7F | 0x60
		dp := new(big.Int).SetBytes(x)
		dp.Sub(dp, new(big.Int).Mod(dp, k)).Add(dp, step)
		p := new(big.Int).Mul(dp, f4)
		p.Sub(p, one).Div(p, k).Add(p, one)
		if dp.BitLen() == 503 && p.BitLen() == 512 && p.Bit(510) == 1 && p.ProbablyPrime(0) {
			return p
		}
	}
}

func TestRSAPrivateStates(t *testing.T) {
	k, other := mustRSA(t, 0), mustRSA(t, 1)
	good := slot(k.DeviceDER(), 612, 0xFF)
	minimal := k.MinimalDER()
	ec := mustEC(t, testScalar(1))
	big2048 := rsa2048()
	rsaKey, err := x509.ParsePKCS1PrivateKey(minimal)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	member := func(i int, x *big.Int) []byte { return slot(rsaWith(t, minimal, i, x), 612, 0xFF) }

	composite := compositeKey()

	tests := []struct {
		defect    string
		slot      []byte
		beyond    []byte
		state     State
		algorithm Algorithm
		length    int
		fault     int
		loads     bool
	}{
		{"none, device form", good, nil, OK, RSA1024, 611, -1, true},
		{"none, residue in the last byte", slot(k.DeviceDER(), 612, 0x30), nil, OK, RSA1024, 611, -1, true},
		{"none, openssl form", slot(minimal, 612, 0xFF), nil, OK, RSA1024, len(minimal), -1, true},
		{"none, zeros behind", slot(minimal, 612, 0), nil, OK, RSA1024, len(minimal), -1, true},
		{"null", make([]byte, 612), nil, Null, NoAlgorithm, 0, -1, false},
		{"erased", slot(nil, 612, 0xFF), nil, Erased, NoAlgorithm, 0, -1, false},
		{"fill", slot(nil, 612, 0x02), nil, Fill, NoAlgorithm, 0, -1, false},
		{"ec key", slot(ec.DeviceDER(), 612, 0xFF), nil, WrongAlgorithm, P256, 121, -1, false},
		{"ec key without [1]", slot(with(ec.DeviceDER()[:51], 1, 49), 612, 0xFF), nil, WrongAlgorithm, P256, 51, -1, false},
		{"damaged ec key", slot(with(ec.DeviceDER(), 20, 0), 612, 0xFF), nil, WrongAlgorithm, P256, 121, -1, false},
		{"p-384 key", slot(foreignEC(t, elliptic.P384()), 612, 0xFF), nil, WrongAlgorithm, OtherAlgorithm, 167, -1, false},
		{"ec public key", slot(ec.Public(), 612, 0xFF), nil, WrongAlgorithm, P256, 91, -1, false},
		{"public key", slot(k.Public(), 612, 0xFF), nil, WrongAlgorithm, RSA1024, 162, -1, false},
		{"rsa-2048 public key", slot(spki2048(t), 612, 0xFF), nil, WrongAlgorithm, RSA2048, 294, -1, false},
		{"rsa-2048 key, running on", big2048[:612], big2048[612:], WrongAlgorithm, RSA2048, len(big2048), -1, false},
		{"rsa-2048 key, cut off", big2048[:612], nil, WrongAlgorithm, RSA2048, len(big2048), -1, false},
		{"pkcs #8, running on", pkcs8[:612], pkcs8[612:], WrongAlgorithm, RSA1024, len(pkcs8), -1, false},
		{"pkcs #8, cut off", pkcs8[:612], make([]byte, 99), WrongAlgorithm, RSA1024, len(pkcs8), -1, false},
		{"outer length past the slot", with(good, 2, 0x03), nil, Truncated, NoAlgorithm, 867, 1, true},
		{"outer length far past the slot", with(good, 2, 0x82), nil, Truncated, NoAlgorithm, 33379, 1, true},
		{"first byte FF", with(good, 0, 0xFF), nil, Malformed, NoAlgorithm, 0, 0, false},
		{"first byte wrong", with(good, 0, 0x31), nil, Malformed, NoAlgorithm, 0, 0, true},
		{"outer length form", with(good, 1, 0x92), nil, Malformed, NoAlgorithm, 0, 1, true},
		{"outer length too small", with(good, 3, 0x5E), nil, Malformed, NoAlgorithm, 610, 545, true},
		{"outer length too large", with(good, 3, 0x60), nil, Malformed, NoAlgorithm, 612, 1, true},
		{"version 1", with(good, 6, 1), nil, Malformed, NoAlgorithm, 611, 6, true},
		{"tag of n", with(good, 7, 0x03), nil, Malformed, NoAlgorithm, 611, 7, true},
		{"length of n", with(good, 9, 0x80), nil, Malformed, NoAlgorithm, 611, 138, false},
		{"sign of n", with(good, 10, 0x80), nil, Malformed, NoAlgorithm, 611, 10, true},
		{"tag of e", with(good, 139, 0), nil, Malformed, NoAlgorithm, 611, 139, true},
		{"tag of d", with(good, 144, 0), nil, Malformed, NoAlgorithm, 611, 144, true},
		{"tag of p", with(good, 276, 0), nil, Malformed, NoAlgorithm, 611, 276, true},
		{"tag of qinv", with(good, 544, 0), nil, Malformed, NoAlgorithm, 611, 544, true},
		{"shifted from d on (before 0.4.9)", shifted(good, 148), nil, Malformed, NoAlgorithm, 611, 276, true},
		{"n", with(good, 100, good[100]^1), nil, Inconsistent, RSA1024, 611, -1, false},
		{"top bit of n", with(good, 11, good[11]&0x7F), nil, Inconsistent, RSA1024, 611, 10, false},
		{"bit above n", with(good, 10, 1), nil, Inconsistent, RSA1024, 611, 10, true},
		{"e even", with(good, 143, 0), nil, Inconsistent, RSA1024, 611, 141, true},
		{"e = 1", member(numE, one), nil, Inconsistent, RSA1024, len(minimal) - 2, 141, false},
		{"e of another key", with(good, 143, 3), nil, Inconsistent, RSA1024, 611, 412, true},
		{"d", with(good, 200, good[200]^1), nil, Inconsistent, RSA1024, 611, 147, true},
		{"p", with(good, 300, good[300]^1), nil, Inconsistent, RSA1024, 611, -1, false},
		{"p even", with(good, 342, good[342]^1), nil, Inconsistent, RSA1024, 611, 278, false},
		{"q even", with(good, 409, good[409]^1), nil, Inconsistent, RSA1024, 611, 345, false},
		{"p in q's place", with(good, 346, good[279:343]...), nil, Inconsistent, RSA1024, 611, 345, false},
		{"dp", with(good, 450, good[450]^1), nil, Inconsistent, RSA1024, 611, 412, false},
		{"dq", with(good, 520, good[520]^1), nil, Inconsistent, RSA1024, 611, 479, false},
		{"qinv", with(good, 600, good[600]^1), nil, Inconsistent, RSA1024, 611, 546, false},
		{"n of another key", with(good, 11, other.DeviceDER()[11:139]...), nil, Inconsistent, RSA1024, 611, -1, false},
		{"q composite", slot(composite, 612, 0xFF), nil, Inconsistent, RSA1024, 611, 345, false},
	}
	for _, tt := range tests {
		t.Run(tt.defect, func(t *testing.T) {
			v := RSAPrivate(tt.slot, tt.beyond, Options{})
			if v.State != tt.state || v.Algorithm != tt.algorithm || v.Length != tt.length || v.Fault != tt.fault || v.Loads != tt.loads {
				t.Errorf("RSAPrivate(%s) = %v %v length %d fault %d loads %v (%s), want %v %v length %d fault %d loads %v", tt.defect,
					v.State, v.Algorithm, v.Length, v.Fault, v.Loads, v.Detail, tt.state, tt.algorithm, tt.length, tt.fault, tt.loads)
			}
			if (v.LoadsWhy != "") != (v.Loads != (v.State == OK)) {
				t.Errorf("RSAPrivate(%s).LoadsWhy = %q with loads %v and state %v", tt.defect, v.LoadsWhy, v.Loads, v.State)
			}
			if v.State == OK && (!bytes.Equal(v.Public, k.Public()) || v.Detail != "") {
				t.Errorf("RSAPrivate(%s) = public %x, detail %q, want the key's and none", tt.defect, v.Public, v.Detail)
			}
		})
	}
	if v := RSAPrivate(slot(composite, 612, 0xFF), nil, Options{SkipPrimality: true}); v.State != OK {
		t.Errorf("RSAPrivate(q composite, SkipPrimality) = %v, want ok: nothing else can tell", v.State)
	}
}

// compositeKey satisfies every relation of a key, but q is a product: e is inverted modulo q-1 as if q were prime.
func compositeKey() []byte {
	p := testPrimes()[0][0]
	rng := rand.New(rand.NewSource(4))
	for {
		a, b := primePair(rng, 512)
		q := new(big.Int).Mul(a, b)
		p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		k := &rsaPrivate{size: 128}
		for i, x := range [rsaNumbers]*big.Int{
			new(big.Int).Mul(p, q), f4, inverse(f4, new(big.Int).Mul(p1, q1)), p, q, inverse(f4, p1), inverse(f4, q1), inverse(q, p),
		} {
			k.num[i].Int = x
		}
		if k.flaw(false) == nil {
			return rsaDevice(k)
		}
	}
}

// The relations are congruences, but a member that is right only modulo its modulus is not what anybody wrote.
func TestRSAPrivateUnreducedMembers(t *testing.T) {
	der := mustRSA(t, 0).MinimalDER()
	m := rsaMembers(t, der)
	for _, tt := range []struct{ member, modulus int }{{numDP, numP}, {numDQ, numQ}, {numQInv, numP}, {numD, numN}} {
		x := new(big.Int).Sub(m.num[tt.modulus].Int, one)
		switch tt.member {
		case numQInv:
			x.Add(x, one)
		case numD: // φ(n)
			x.Sub(x, m.num[numP].Int).Sub(x, m.num[numQ].Int).Add(x, big.NewInt(2))
		}
		x.Add(x, m.num[tt.member].Int)
		if x.Cmp(m.num[tt.modulus].Int) < 0 {
			continue // a d of that size is below n, and as good as any
		}
		if v := RSAPrivate(slot(rsaWith(t, der, tt.member, x), 612, 0xFF), nil, Options{}); v.State == OK {
			t.Errorf("RSAPrivate(%s not reduced) = ok, want it refused", members[tt.member].name)
		}
	}
}

// Keys with a short number: valid DER that the device cannot read, and sound in the device's own form
// (behaviour.md 1.2, 1.3).
func TestRSAShortMembers(t *testing.T) {
	found := shortMembers(t)
	for _, i := range []int{numD, numDP, numDQ, numQInv} {
		k := found[i]
		if k == nil {
			t.Errorf("no key with a short %s among the test keys", members[i].name)
			continue
		}
		if v := RSAPrivate(slot(k.MinimalDER(), 612, 0xFF), nil, Options{}); v.State != OK || v.Loads || v.LoadsWhy == "" {
			t.Errorf("RSAPrivate(openssl form, short %s) = %v, loads %v, want ok, not loading", members[i].name, v.State, v.Loads)
		}
		if v := RSAPrivate(slot(k.DeviceDER(), 612, 0xFF), nil, Options{}); v.State != OK || !v.Loads {
			t.Errorf("RSAPrivate(device form, short %s) = %v, loads %v, want ok, loading", members[i].name, v.State, v.Loads)
		}
		// What firmware before 0.4.9 made of it: the zero octet is not written, the length is as ever. The device's
		// walk falls into step again at the next 00, so that only the short number itself is misread; d is not needed.
		at := map[int]int{numD: 148, numDP: 413, numDQ: 480, numQInv: 547}[i]
		if v := RSAPrivate(slot(shifted(k.DeviceDER(), at), 612, 0xFF), nil, Options{}); v.State != Malformed && i != numQInv || v.State == OK || v.Loads != (i == numD) {
			t.Errorf("RSAPrivate(shifted, short %s) = %v, loads %v, want malformed, loading for d only", members[i].name, v.State, v.Loads)
		}
		back, err := ParsePrivateKey(k.MinimalDER())
		if err != nil || !bytes.Equal(back.DeviceDER(), k.DeviceDER()) {
			t.Errorf("ParsePrivateKey(short %s) = %v, want the same key", members[i].name, err)
		}
	}
}

// Both forms of d, both forms of the encoding, every key: sound, and the numbers come back.
func TestRSADeviceForms(t *testing.T) {
	for i, pq := range testPrimes() {
		p, q := pq[0], pq[1]
		p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		phi := new(big.Int).Mul(p1, q1)
		lcm := new(big.Int).Div(phi, new(big.Int).GCD(nil, nil, p1, q1))
		for form, d := range map[string]*big.Int{"phi": inverse(f4, phi), "lambda": inverse(f4, lcm)} {
			k, err := NewRSA(nil, d, q, p)
			if err != nil {
				t.Fatalf("NewRSA(key %d, %s) = %v", i, form, err)
			}
			s := slot(k.DeviceDER(), 612, 0xFF)
			if v := RSAPrivate(s, nil, Options{SkipPrimality: i > 3}); v.State != OK || !v.Loads || !bytes.Equal(v.Public, k.Public()) {
				t.Errorf("RSAPrivate(key %d, %s) = %v (%s), loads %v, want ok", i, form, v.State, v.Detail, v.Loads)
			}
			r, ok := DeviceStrides(s)
			if !ok || !r.Usable() || r.P.Cmp(p) != 0 || r.Q.Cmp(q) != 0 || r.D.Cmp(d) != 0 || r.E.Cmp(f4) != 0 || r.N.Cmp(k.Modulus()) != 0 {
				t.Errorf("DeviceStrides(key %d, %s) does not give the numbers of the key", i, form)
			}
			if v := RSAPublic(slot(k.Public(), 384, 0), 1024); v.State != OK || !bytes.Equal(v.Public, k.Public()) {
				t.Errorf("RSAPublic(key %d) = %v (%s), want ok", i, v.State, v.Detail)
			}
		}
	}
}

// An independent second opinion, where crypto/x509 is one: it accepts the minimal form of a sound key.
func TestX509Agrees(t *testing.T) {
	for i := range 6 {
		k := mustRSA(t, i)
		std, err := x509.ParsePKCS1PrivateKey(k.MinimalDER())
		if err != nil {
			t.Fatalf("x509.ParsePKCS1PrivateKey(key %d) = %v", i, err)
		}
		if want := x509.MarshalPKCS1PrivateKey(std); !bytes.Equal(k.MinimalDER(), want) {
			t.Errorf("MinimalDER of key %d differs from x509", i)
		}
		if want, _ := x509.MarshalPKIXPublicKey(&std.PublicKey); !bytes.Equal(k.Public(), want) {
			t.Errorf("Public of key %d = %x, want %x", i, k.Public(), want)
		}
		ec := mustEC(t, testScalar(int64(i)))
		stdEC, err := x509.ParseECPrivateKey(ec.DeviceDER())
		if err != nil {
			t.Fatalf("x509.ParseECPrivateKey(key %d) = %v", i, err)
		}
		if want, _ := x509.MarshalECPrivateKey(stdEC); !bytes.Equal(ec.DeviceDER(), want) {
			t.Errorf("DeviceDER of key %d differs from x509", i)
		}
		if want, _ := x509.MarshalPKIXPublicKey(&stdEC.PublicKey); !bytes.Equal(ec.Public(), want) {
			t.Errorf("Public of key %d = %x, want %x", i, ec.Public(), want)
		}
	}
}

// No bit of a key may turn without notice, and the device's reader minds exactly the numbers that it computes with and
// whether their lengths are odd (behaviour.md 1.3).
func TestRSAPrivateEveryBitFlip(t *testing.T) {
	good := slot(mustRSA(t, 0).DeviceDER(), 612, 0xFF)
	lengths := map[int]bool{9: true, 277: true, 344: true, 411: true, 478: true, 545: true, 146: true}
	number := func(at int) bool {
		for _, first := range []int{279, 346, 413, 480, 547} {
			if at >= first && at < first+64 {
				return true
			}
		}
		return at >= 11 && at <= 138
	}
	for at := range 611 {
		for _, bit := range []int{0, 3, 7} {
			v := RSAPrivate(with(good, at, good[at]^1<<bit), nil, Options{SkipPrimality: true})
			if v.State == OK {
				t.Errorf("RSAPrivate(bit %d of byte %d flipped) = ok", bit, at)
			}
			if want := !number(at) && !(lengths[at] && bit == 0); v.Loads != want {
				t.Errorf("RSAPrivate(bit %d of byte %d flipped): loads %v, want %v", bit, at, v.Loads, want)
			}
		}
	}
}

func TestRSAPublicStates(t *testing.T) {
	k := mustRSA(t, 0)
	der := k.Public()
	good := slot(der, 384, 0)
	server := spki2048(t)
	private := k.DeviceDER()
	ec := mustEC(t, testScalar(1))

	tests := []struct {
		defect    string
		slot      []byte
		bits      int
		state     State
		algorithm Algorithm
		length    int
		fault     int
	}{
		{"none", good, 1024, OK, RSA1024, 162, -1},
		{"none, FF behind", slot(der, 384, 0xFF), 1024, OK, RSA1024, 162, -1},
		{"none, 2048", slot(server, 384, 0xFF), 2048, OK, RSA2048, 294, -1},
		{"null", make([]byte, 384), 2048, Null, NoAlgorithm, 0, -1},
		{"erased", slot(nil, 384, 0xFF), 2048, Erased, NoAlgorithm, 0, -1},
		{"fill", slot(nil, 384, 1), 2048, Fill, NoAlgorithm, 0, -1},
		{"1024 where 2048 should be", good, 2048, WrongAlgorithm, RSA1024, 162, -1},
		{"2048 where 1024 should be", slot(server, 384, 0xFF), 1024, WrongAlgorithm, RSA2048, 294, -1},
		{"ec public key", slot(ec.Public(), 384, 0xFF), 2048, WrongAlgorithm, P256, 91, -1},
		{"ec private key", slot(ec.DeviceDER(), 384, 0xFF), 1024, WrongAlgorithm, P256, 121, -1},
		{"rsa private key", private[:384], 1024, WrongAlgorithm, RSA1024, 611, -1},
		{"rsa-2048 private key", rsa2048()[:384], 2048, WrongAlgorithm, RSA2048, len(rsa2048()), -1},
		{"outer length past the slot", slot(append([]byte{0x30, 0x82, 0x02, 0x9F}, der[3:]...), 384, 0), 1024, Truncated, NoAlgorithm, 675, 1},
		{"tag", with(good, 0, 0x31), 1024, Malformed, NoAlgorithm, 0, 0},
		{"algorithm", with(good, 15, 0x0A), 1024, Malformed, NoAlgorithm, 162, 7},
		{"parameters", with(good, 16, 0x04), 1024, Malformed, NoAlgorithm, 162, 16},
		{"parameters not empty", with(good, 17, 0x01), 1024, Malformed, NoAlgorithm, 162, 17},
		{"unused bits", with(good, 22, 1), 1024, Malformed, NoAlgorithm, 162, 22},
		{"n negative", with(good, 28, 0xFF), 1024, Malformed, NoAlgorithm, 162, 28},
		{"derived from an ec key (behaviour.md 1.3)", with(good, 29, ec.DeviceDER()[11:121]...), 1024, Inconsistent, RSA1024, 162, 28},
		{"n even", with(good, 156, good[156]&0xFE), 1024, Inconsistent, RSA1024, 162, 28},
		{"top bit of n", with(good, 29, good[29]&0x7F), 1024, Inconsistent, RSA1024, 162, 28},
		{"e even", with(good, 161, 0), 1024, Inconsistent, RSA1024, 162, 159},
	}
	for _, tt := range tests {
		t.Run(tt.defect, func(t *testing.T) {
			v := RSAPublic(tt.slot, tt.bits)
			if v.State != tt.state || v.Algorithm != tt.algorithm || v.Length != tt.length || v.Fault != tt.fault || v.Loads {
				t.Errorf("RSAPublic(%s, %d) = %v %v length %d fault %d (%s), want %v %v length %d fault %d", tt.defect, tt.bits,
					v.State, v.Algorithm, v.Length, v.Fault, v.Detail, tt.state, tt.algorithm, tt.length, tt.fault)
			}
		})
	}
}

// The device assumes e; another one is sound, but worth a word.
func TestRSAPublicOtherExponent(t *testing.T) {
	der := rsaSPKI(mustRSA(t, 0).Modulus(), three)
	if v := RSAPublic(slot(der, 384, 0), 1024); v.State != OK || v.Detail == "" {
		t.Errorf("RSAPublic(e = 3) = %v %q, want ok with a remark", v.State, v.Detail)
	}
}

func TestDeviceStridesLeavingTheSlot(t *testing.T) {
	der := mustRSA(t, 0).DeviceDER()
	for n := range der {
		if _, ok := DeviceStrides(der[:n]); ok {
			t.Errorf("DeviceStrides(%d bytes) = ok, want false", n)
		}
	}
	if (RSANumbers{}).Usable() {
		t.Error("RSANumbers{}.Usable() = true, want false")
	}
	if r, ok := DeviceStrides(make([]byte, 612)); !ok || r.Usable() {
		t.Errorf("DeviceStrides(zeros) = %v, usable %v, want true, false", ok, r.Usable())
	}
}
