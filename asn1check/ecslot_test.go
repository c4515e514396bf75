package asn1check

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"testing"
)

func TestECPrivateStates(t *testing.T) {
	k := mustEC(t, testScalar(1))
	other := mustEC(t, testScalar(2))
	good := slot(k.DeviceDER(), 192, 0xFF)
	rsa := mustRSA(t, 0).MinimalDER()
	p384, p521 := foreignEC(t, elliptic.P384()), foreignEC(t, elliptic.P521())
	pkcs8 := ecPKCS8(t, testScalar(1))
	zero := ecDevice(make([]byte, 32), k.Point())
	order := ecDevice(unhex(t, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), k.Point())

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
		{"none", good, nil, OK, P256, 121, -1, true},
		{"none, device residue behind", residueSlot(k.DeviceDER()), nil, OK, P256, 121, -1, true},
		{"none, zeros behind", slot(k.DeviceDER(), 192, 0), nil, OK, P256, 121, -1, true},
		{"none, residue of another key", slot(k.DeviceDER(), 192, 0x77), nil, OK, P256, 121, -1, true},
		{"null", make([]byte, 192), nil, Null, NoAlgorithm, 0, -1, false},
		{"erased", slot(nil, 192, 0xFF), nil, Erased, NoAlgorithm, 0, -1, false},
		{"fill", slot(nil, 192, 0x30), nil, Fill, NoAlgorithm, 0, -1, false},
		{"empty slot", nil, nil, Malformed, NoAlgorithm, 0, -1, false},
		{"rsa key, running on", rsa[:192], rsa[192:], WrongAlgorithm, RSA1024, len(rsa), -1, false},
		{"rsa key, garbage behind", rsa[:192], bytes.Repeat([]byte{0xFF}, 500), WrongAlgorithm, RSA1024, len(rsa), -1, false},
		{"rsa key, nothing behind", rsa[:192], nil, WrongAlgorithm, RSA1024, len(rsa), -1, false},
		{"rsa-2048 key", rsa2048()[:192], nil, WrongAlgorithm, RSA2048, len(rsa2048()), -1, false},
		{"rsa public key", slot(mustRSA(t, 0).Public(), 192, 0xFF), nil, WrongAlgorithm, RSA1024, 162, -1, false},
		{"rsa-2048 public key", spki2048(t)[:192], nil, WrongAlgorithm, RSA2048, 294, -1, false},
		{"public key", slot(k.Public(), 192, 0xFF), nil, WrongAlgorithm, P256, 91, -1, false},
		{"pkcs #8", slot(pkcs8, 192, 0xFF), nil, WrongAlgorithm, P256, len(pkcs8), -1, false},
		{"p-384 key", slot(p384, 192, 0xFF), nil, WrongAlgorithm, OtherAlgorithm, len(p384), -1, false},
		{"p-521 key, running on", p521[:192], p521[192:], WrongAlgorithm, OtherAlgorithm, len(p521), -1, false},
		{"outer length past the slot", slot(append([]byte{0x30, 0x82, 0x03, 0x00}, k.DeviceDER()[2:]...), 192, 0xFF), nil, Truncated, NoAlgorithm, 772, 1, false},
		{"rsa length without the key", slot(unhex(t, "3082025B020100"), 192, 0xAA), nil, Truncated, NoAlgorithm, 607, 1, false},
		{"first byte FF", with(good, 0, 0xFF), nil, Malformed, NoAlgorithm, 0, 0, false},
		{"first byte wrong", with(good, 0, 0x31), nil, Malformed, NoAlgorithm, 0, 0, false},
		{"indefinite length", with(good, 1, 0x80), nil, Malformed, NoAlgorithm, 0, 1, false},
		{"length not shortest", slot(append([]byte{0x30, 0x81, 0x77}, k.DeviceDER()[2:]...), 192, 0xFF), nil, Malformed, NoAlgorithm, 0, 1, false},
		{"outer length 2 too large", with(good, 1, 0x79), nil, Malformed, NoAlgorithm, 123, 1, true},
		{"outer length 2 too small", with(good, 1, 0x75), nil, Malformed, NoAlgorithm, 119, 52, false},
		{"version 2", with(good, 4, 2), nil, Malformed, NoAlgorithm, 121, 4, false},
		{"version tag", with(good, 2, 3), nil, Malformed, NoAlgorithm, 121, 2, false},
		{"scalar empty", slot(unhex(t, "30110201010400A00A06082A8648CE3D030107"), 192, 0xFF), nil, Malformed, NoAlgorithm, 19, 6, false},
		{"version empty", slot(unhex(t, "300402000400"), 192, 0xFF), nil, Malformed, NoAlgorithm, 6, 4, false},
		{"scalar tag", with(good, 5, 2), nil, Malformed, NoAlgorithm, 121, 5, false},
		{"curve unknown", with(good, 50, 6), nil, Malformed, NoAlgorithm, 121, 43, false},
		{"curve gone", slot(good[:39], 192, 0xFF), nil, Malformed, NoAlgorithm, 121, 39, false},
		{"[1] tag", with(good, 51, 0xA3), nil, Malformed, NoAlgorithm, 121, 51, true},
		{"FF from [1] on", slot(good[:51], 192, 0xFF), nil, Malformed, NoAlgorithm, 121, 51, true},
		{"00 from [1] on", slot(good[:51], 192, 0x00), nil, Malformed, NoAlgorithm, 121, 51, true},
		{"no [1]", slot(with(good[:51], 1, 49), 192, 0xFF), nil, Malformed, NoAlgorithm, 51, 51, false},
		{"no [1], in a slot that ends there", with(good[:51], 1, 49), nil, Malformed, NoAlgorithm, 51, 50, false},
		{"unused bits", with(good, 55, 4), nil, Malformed, NoAlgorithm, 121, 55, false},
		{"compressed prefix", with(good, 56, 2), nil, Malformed, NoAlgorithm, 121, 56, false},
		{"FF inside the point", slot(good[:80], 192, 0xFF), nil, Inconsistent, P256, 121, 56, false},
		{"bit of X", with(good, 60, good[60]^1), nil, Inconsistent, P256, 121, 56, false},
		{"bit of Y", with(good, 120, good[120]^0x80), nil, Inconsistent, P256, 121, 56, false},
		{"another key's point", with(good, 56, other.Point()...), nil, Inconsistent, P256, 121, -1, false},
		{"bit of d", with(good, 20, good[20]^4), nil, Inconsistent, P256, 121, -1, false},
		{"d = 0", slot(zero, 192, 0xFF), nil, Inconsistent, P256, 121, 7, false},
		{"d = order", slot(order, 192, 0xFF), nil, Inconsistent, P256, 121, 7, false},
		{"text", slot([]byte("device.spark.io"), 192, 0xFF), nil, Malformed, NoAlgorithm, 0, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.defect, func(t *testing.T) {
			v := ECPrivate(tt.slot, tt.beyond)
			if v.State != tt.state || v.Algorithm != tt.algorithm || v.Length != tt.length || v.Fault != tt.fault || v.Loads != tt.loads {
				t.Errorf("ECPrivate(%s) = %v %v length %d fault %d loads %v (%s), want %v %v length %d fault %d loads %v", tt.defect,
					v.State, v.Algorithm, v.Length, v.Fault, v.Loads, v.Detail, tt.state, tt.algorithm, tt.length, tt.fault, tt.loads)
			}
			if (v.LoadsWhy != "") != (v.Loads != (v.State == OK) || tt.fault >= 50 && v.Length == 51) {
				t.Errorf("ECPrivate(%s).LoadsWhy = %q with loads %v and state %v", tt.defect, v.LoadsWhy, v.Loads, v.State)
			}
			if v.State == OK && (!bytes.Equal(v.Public, k.Public()) || v.Detail != "") {
				t.Errorf("ECPrivate(%s) = public %x, detail %q, want the key's and none", tt.defect, v.Public, v.Detail)
			}
		})
	}
}

// behaviour.md 1.4: what mbedtls of any age writes, for many keys, is sound.
func TestECDeviceForms(t *testing.T) {
	seen := map[int]int{}
	for i := int64(0); i < 120; i++ {
		d := testScalar(i)
		switch i % 4 { // top bit set: 33 octets; top octets zero: 31 and less
		case 1:
			d[0] = 0x80 | d[0]&0x3F
		case 2:
			d[0] = 0
		case 3:
			d[0], d[1], d[2] = 0, 0, byte(i)
		}
		k := mustEC(t, d)
		der := ecInteger(k, d)
		seen[len(der)]++
		for _, s := range [][]byte{residueSlot(der), slot(der, 192, 0xFF), residueSlot(k.DeviceDER())} {
			v := ECPrivate(s, nil)
			if v.State != OK || !v.Loads || !bytes.Equal(v.Public, k.Public()) {
				t.Fatalf("ECPrivate(device form of %d bytes, key %d) = %v (%s), loads %v, want ok", len(der), i, v.State, v.Detail, v.Loads)
			}
		}
		back, err := ParsePrivateKey(der)
		if err != nil || !bytes.Equal(back.DeviceDER(), k.DeviceDER()) {
			t.Fatalf("ParsePrivateKey(device form of key %d) = %v, want the same key", i, err)
		}
	}
	for _, n := range []int{119, 120, 121, 122} {
		if seen[n] == 0 {
			t.Errorf("no device form of %d bytes among the keys", n)
		}
	}
}

// No bit of a key may turn without notice. The judge here is independent: the frame compared byte by byte, and
// crypto/ecdh asked for the point of the scalar.
func TestECPrivateEveryBitFlip(t *testing.T) {
	frame := slot(mustEC(t, testScalar(1)).DeviceDER(), 192, 0xFF)
	for at := range 121 {
		for bit := range 8 {
			s := with(frame, at, frame[at]^1<<bit)
			right := bytes.Equal(s[:7], frame[:7]) && bytes.Equal(s[39:57], frame[39:57])
			if d, err := ecdh.P256().NewPrivateKey(s[7:39]); err != nil || !bytes.Equal(d.PublicKey().Bytes(), s[56:121]) {
				right = false
			}
			if v := ECPrivate(s, nil); (v.State == OK) != right {
				t.Errorf("ECPrivate(bit %d of byte %d flipped) = %v, want ok %v", bit, at, v.State, right)
			}
		}
	}
}

func TestECPublicStates(t *testing.T) {
	k := mustEC(t, testScalar(1))
	der := k.Public()
	cached := append(make([]byte, 37), der...)
	rsa := mustRSA(t, 0)
	p384 := p384Public(t)

	tests := []struct {
		defect    string
		slot      []byte
		state     State
		algorithm Algorithm
		offset    int
		length    int
		fault     int
	}{
		{"none", slot(der, 192, 0xFF), OK, P256, 0, 91, -1},
		{"none, zeros behind", slot(der, 128, 0), OK, P256, 0, 91, -1},
		{"none, right-aligned", cached, OK, P256, 37, 91, -1},
		{"none, in the middle", slot(append(make([]byte, 9), der...), 128, 0xFF), OK, P256, 9, 91, -1},
		{"null", make([]byte, 128), Null, NoAlgorithm, 0, 0, -1},
		{"erased", slot(nil, 128, 0xFF), Erased, NoAlgorithm, 0, 0, -1},
		{"fill", slot(nil, 128, 0x55), Fill, NoAlgorithm, 0, 0, -1},
		{"rsa public key", mustRSA(t, 0).Public()[:128], WrongAlgorithm, RSA1024, 0, 162, -1},
		{"rsa-2048 public key", spki2048(t)[:192], WrongAlgorithm, RSA2048, 0, 294, -1},
		{"rsa private key", rsa.DeviceDER()[:192], WrongAlgorithm, RSA1024, 0, 611, -1},
		{"private key", slot(k.DeviceDER(), 192, 0xFF), WrongAlgorithm, P256, 0, 121, -1},
		{"p-384", slot(p384, 192, 0xFF), WrongAlgorithm, OtherAlgorithm, 0, len(p384), -1},
		{"outer length past the slot", slot(append([]byte{0x30, 0x82, 0x01, 0x59}, der[2:]...), 192, 0xFF), Truncated, NoAlgorithm, 0, 349, 1},
		{"tag", with(cached, 37, 0x31), Malformed, NoAlgorithm, 37, 0, 37},
		{"bit in the padding", with(cached, 12, 0x04), Malformed, NoAlgorithm, 12, 0, 12},
		{"outer length", with(cached, 38, 0x58), Malformed, NoAlgorithm, 37, 90, 61},
		{"algorithm", with(der, 12, 0x03), Malformed, NoAlgorithm, 0, 91, 6},
		{"curve", with(der, 22, 0x0F), Malformed, NoAlgorithm, 0, 91, 15},
		{"unused bits", with(der, 25, 1), Malformed, NoAlgorithm, 0, 91, 25},
		{"compressed", with(der, 26, 3), Malformed, NoAlgorithm, 0, 91, 26},
		{"off the curve", with(der, 90, der[90]^1), Inconsistent, P256, 0, 91, 26},
		{"off the curve, right-aligned", with(cached, 127, der[90]^1), Inconsistent, P256, 37, 91, 63},
	}
	for _, tt := range tests {
		t.Run(tt.defect, func(t *testing.T) {
			v := ECPublic(tt.slot)
			if v.State != tt.state || v.Algorithm != tt.algorithm || v.Offset != tt.offset || v.Length != tt.length || v.Fault != tt.fault || v.Loads {
				t.Errorf("ECPublic(%s) = %v %v offset %d length %d fault %d (%s), want %v %v offset %d length %d fault %d", tt.defect,
					v.State, v.Algorithm, v.Offset, v.Length, v.Fault, v.Detail, tt.state, tt.algorithm, tt.offset, tt.length, tt.fault)
			}
			if v.State == OK && !bytes.Equal(v.Public, der) {
				t.Errorf("ECPublic(%s).Public = %x, want %x", tt.defect, v.Public, der)
			}
		})
	}
}

func TestPointOnCurve(t *testing.T) {
	p := mustEC(t, testScalar(3)).Point()
	for _, tt := range []struct {
		defect string
		point  []byte
		want   bool
	}{
		{"none", p, true},
		{"one bit", with(p, 64, p[64]^1), false},
		{"short", p[:64], false},
		{"prefix", with(p, 0, 6), false},
		{"infinity", []byte{0}, false},
		{"nothing", nil, false},
		{"zero", append([]byte{4}, make([]byte, 64)...), false},
	} {
		if got := PointOnCurve(tt.point); got != tt.want {
			t.Errorf("PointOnCurve(%s) = %v, want %v", tt.defect, got, tt.want)
		}
	}
}

// foreignEC is a SEC 1 key on another curve.
func foreignEC(t testing.TB, c elliptic.Curve) []byte {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func p384Public(t testing.TB) []byte {
	t.Helper()
	k, err := x509.ParseECPrivateKey(foreignEC(t, elliptic.P384()))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func ecPKCS8(t testing.TB, scalar []byte) []byte {
	t.Helper()
	k, err := ecdh.P256().NewPrivateKey(scalar)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
