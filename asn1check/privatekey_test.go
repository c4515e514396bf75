package asn1check

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePrivateKeyForms(t *testing.T) {
	ec, rsa := mustEC(t, testScalar(1)), mustRSA(t, 0)
	std, err := x509.ParsePKCS1PrivateKey(rsa.MinimalDER())
	if err != nil {
		t.Fatal(err)
	}
	rsaPKCS8, err := x509.MarshalPKCS8PrivateKey(std)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		form string
		der  []byte
		want *PrivateKey
	}{
		{"sec 1", ec.DeviceDER(), ec},
		{"sec 1 with a slot's tail", residueSlot(ec.DeviceDER()), ec},
		{"sec 1 with 33 octets", ecDevice(append([]byte{0}, testScalar(1)...), ec.Point()), ec},
		{"sec 1 without [1]", with(ec.DeviceDER()[:51], 1, 49), ec},
		{"pkcs #8 around sec 1", ecPKCS8(t, testScalar(1)), ec},
		{"pkcs #1 minimal", rsa.MinimalDER(), rsa},
		{"pkcs #1 device", slot(rsa.DeviceDER(), 612, 0xFF), rsa},
		{"pkcs #8 around pkcs #1", rsaPKCS8, rsa},
	} {
		k, err := ParsePrivateKey(tt.der)
		if err != nil {
			t.Errorf("ParsePrivateKey(%s) = %v", tt.form, err)
			continue
		}
		if k.Algorithm() != tt.want.Algorithm() || k.Fingerprint() != tt.want.Fingerprint() ||
			!bytes.Equal(k.DeviceDER(), tt.want.DeviceDER()) || !bytes.Equal(k.MinimalDER(), tt.want.MinimalDER()) ||
			!bytes.Equal(k.Public(), tt.want.Public()) || !bytes.Equal(k.Point(), tt.want.Point()) {
			t.Errorf("ParsePrivateKey(%s) = %v, want %v in all its forms", tt.form, k, tt.want)
		}
	}
	if n := len(ec.DeviceDER()); n != 121 {
		t.Errorf("len(DeviceDER) of an ec key = %d, want 121", n)
	}
	if n := len(rsa.DeviceDER()); n != 611 {
		t.Errorf("len(DeviceDER) of an rsa key = %d, want 611", n)
	}
	if rsa.Point() != nil || ec.Modulus() != nil {
		t.Error("an rsa key has a point, or an ec key a modulus")
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	ec, rsa := mustEC(t, testScalar(1)), mustRSA(t, 0)
	other := otherExponent(t)
	for defect, der := range map[string][]byte{
		"nothing":             nil,
		"cut off":             ec.DeviceDER()[:120],
		"public key":          ec.Public(),
		"rsa public key":      rsa.Public(),
		"p-384":               foreignEC(t, elliptic.P384()),
		"rsa-2048":            rsa2048(),
		"silent mismatch":     with(ec.DeviceDER(), 20, 0),
		"off the curve":       with(ec.DeviceDER(), 120, ec.DeviceDER()[120]^1),
		"version 2":           with(ec.DeviceDER(), 4, 2),
		"wrong d":             with(rsa.DeviceDER(), 200, 0),
		"composite prime":     compositeKey(),
		"e = 17":              other,
		"no curve":            with(append(bytes.Clone(ec.DeviceDER()[:39]), ec.DeviceDER()[51:]...), 1, 0x77-12),
		"other curve in [0]":  otherCurveInside(t),
		"tail inside pkcs #8": with(append(ecPKCS8(t, testScalar(1)), 0), 1, 0x81, 0x88),
	} {
		if k, err := ParsePrivateKey(der); err == nil || k != nil {
			t.Errorf("ParsePrivateKey(%s) = %v, want an error", defect, k)
		}
	}
}

// otherExponent is a good RSA-1024 key in every respect but that devices assume another e.
func otherExponent(t testing.TB) []byte {
	e := big.NewInt(17)
	for _, pq := range testPrimes() {
		p, q := pq[0], pq[1]
		p1, q1 := new(big.Int).Sub(p, one), new(big.Int).Sub(q, one)
		k := &rsaPrivate{size: 128}
		for i, x := range [rsaNumbers]*big.Int{
			new(big.Int).Mul(p, q), e, inverse(e, new(big.Int).Mul(p1, q1)), p, q, inverse(e, p1), inverse(e, q1), inverse(q, p),
		} {
			k.num[i].Int = x
		}
		if k.flaw(true) == nil {
			return rsaMinimal(k)
		}
	}
	t.Fatal("no key with e = 17 among the test keys")
	return nil
}

func TestOtherExponentIsSoundButDoesNotLoad(t *testing.T) {
	if v := RSAPrivate(slot(otherExponent(t), 612, 0xFF), nil, Options{}); v.State != OK || v.Loads || v.LoadsWhy == "" {
		t.Errorf("RSAPrivate(e = 17) = %v, loads %v, %q, want ok, not loading, and why", v.State, v.Loads, v.LoadsWhy)
	}
}

// otherCurveInside is PKCS #8 that says P-384 around a key that says P-256.
func otherCurveInside(t testing.TB) []byte {
	algorithm := encode(tagSequence, encode(tagOID, []byte(oidEC)), encode(tagOID, []byte("\x2B\x81\x04\x00\x22")))
	return encode(tagSequence, encode(tagInteger, []byte{0}), algorithm, encode(tagOctetString, mustEC(t, testScalar(1)).DeviceDER()))
}

func TestNewECRange(t *testing.T) {
	order := unhex(t, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")
	last := with(order, 31, 0x50)
	for _, tt := range []struct {
		name   string
		scalar []byte
		ok     bool
	}{
		{"1", []byte{1}, true},
		{"order-1", last, true},
		{"order-1 in 33 octets", append([]byte{0}, last...), true},
		{"nothing", nil, false},
		{"0", make([]byte, 32), false},
		{"order", order, false},
		{"33 significant octets", append([]byte{1}, last...), false},
		{"34 octets", append([]byte{0, 0}, last...), false},
	} {
		k, err := NewEC(tt.scalar)
		if (err == nil) != tt.ok || (k != nil) != tt.ok {
			t.Errorf("NewEC(%s) = %v, %v, want ok %v", tt.name, k, err, tt.ok)
		}
	}
}

func TestNewRSARefuses(t *testing.T) {
	p, q := testPrimes()[0][0], testPrimes()[0][1]
	n := new(big.Int).Mul(p, q)
	add := func(x *big.Int, y int64) *big.Int { return new(big.Int).Add(x, big.NewInt(y)) }
	for _, tt := range []struct {
		defect     string
		n, d, p, q *big.Int
	}{
		{"no prime", n, nil, nil, q},
		{"no other prime", n, nil, p, nil},
		{"p = q", nil, nil, p, p},
		{"p = 0", nil, nil, new(big.Int), q},
		{"p = 1", nil, nil, one, q},
		{"p negative", nil, nil, new(big.Int).Neg(p), q},
		{"both negative", nil, nil, new(big.Int).Neg(p), new(big.Int).Neg(q)},
		{"small primes", nil, nil, big.NewInt(7), big.NewInt(11)},
		{"p too large", nil, nil, n, q},
		{"composite", nil, nil, add(p, 2), q},
		{"another n", add(n, 2), nil, p, q},
		{"n negative", new(big.Int).Neg(n), nil, p, q},
		{"wrong d", n, big.NewInt(5), p, q},
		{"d = 0", n, new(big.Int), p, q},
		{"d negative", n, big.NewInt(-5), p, q},
		{"p-1 shares a factor with e", nil, nil, primeOneModE(), q},
	} {
		if k, err := NewRSA(tt.n, tt.d, tt.p, tt.q); err == nil || k != nil {
			t.Errorf("NewRSA(%s) = %v, want an error", tt.defect, k)
		}
	}
}

// primeOneModE is a prime p of 512 bits with e | p-1.
func primeOneModE() *big.Int {
	for k := new(big.Int).Lsh(one, 494); ; k.Add(k, one) {
		p := new(big.Int).Mul(k, f4)
		if p.Add(p, one); p.BitLen() == 511 && p.ProbablyPrime(0) {
			return p
		}
	}
}

// The caller may do as it likes with what it gave and what it got.
func TestPrivateKeySharesNothing(t *testing.T) {
	scalar := testScalar(1)
	ec := mustEC(t, scalar)
	want := ec.Fingerprint()
	for _, b := range [][]byte{scalar, ec.Public(), ec.Point(), ec.DeviceDER(), ec.MinimalDER()} {
		clear(b)
	}
	if got := Fingerprint(ec.Public()); got != want || ec.Point()[0] != 4 || ec.DeviceDER()[0] != 0x30 || ec.MinimalDER()[0] != 0x30 {
		t.Errorf("an ec key changed with what it was made from or gave away")
	}
	p, q := new(big.Int).Set(testPrimes()[0][0]), new(big.Int).Set(testPrimes()[0][1])
	rsa, err := NewRSA(nil, nil, p, q)
	if err != nil {
		t.Fatal(err)
	}
	n := rsa.Modulus()
	for _, x := range []*big.Int{p, q, rsa.Modulus()} {
		x.SetInt64(0)
	}
	if rsa.Modulus().Cmp(n) != 0 {
		t.Errorf("an rsa key changed with what it was made from or gave away")
	}
}

// Whatever the verb, and wherever the key sits, no number of it is printed.
func TestPrivateKeyPrintsNoNumber(t *testing.T) {
	for _, k := range []*PrivateKey{mustEC(t, testScalar(1)), mustRSA(t, 0)} {
		want := k.Algorithm().String() + " private key " + k.Fingerprint()
		if got := k.GoString(); got != want {
			t.Errorf("GoString() = %q, want %q", got, want)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%e", "%t"} {
			for _, got := range []string{fmt.Sprintf(verb, k), fmt.Sprintf(verb, *k)} {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("Sprintf(%s) of a private key (-want +got):\n%s", verb, diff)
				}
			}
			hidden := struct {
				value   PrivateKey
				pointer *PrivateKey
			}{*k, k}
			if got := fmt.Sprintf(verb, hidden); revealing(got, k.DeviceDER()) {
				t.Errorf("Sprintf(%s) of a struct with a private key reveals bytes of it", verb)
			}
		}
	}
}

func TestZeroPrivateKey(t *testing.T) {
	var none *PrivateKey
	for _, k := range []*PrivateKey{none, {}} {
		if k.Algorithm() != NoAlgorithm || k.Public() != nil || k.Fingerprint() != "" || k.DeviceDER() != nil ||
			k.MinimalDER() != nil || k.Point() != nil || k.Modulus() != nil {
			t.Errorf("the zero PrivateKey has something")
		}
		_ = fmt.Sprintf("%v %x %d", k, k, k)
	}
	if got := fmt.Sprint(PrivateKey{}); got != "no private key" {
		t.Errorf("Sprint(PrivateKey{}) = %q, want %q", got, "no private key")
	}
}

// revealing tells whether s has four bytes of key in a row in one of the notations that Go prints.
func revealing(s string, key []byte) bool {
	for i := range len(key) - 4 {
		run := key[i : i+4]
		if bytes.Count(run, run[:1]) == 4 {
			continue
		}
		decimal := strings.Trim(fmt.Sprint(run), "[]")
		for _, notation := range []string{
			string(run), hex.EncodeToString(run), strings.ToUpper(hex.EncodeToString(run)),
			decimal, strings.ReplaceAll(decimal, " ", ", "), fmt.Sprintf("% x", run),
		} {
			if strings.Contains(s, notation) {
				return true
			}
		}
	}
	return false
}
