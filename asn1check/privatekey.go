package asn1check

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
)

// A PrivateKey is a sound private key: whoever holds one need not check it again. It is made by ParsePrivateKey, NewEC
// and NewRSA; the zero value holds no key, and has no algorithm.
//
// Printing one, with any verb, shows its algorithm and fingerprint only.
type PrivateKey struct {
	// A function, for fmt prints no more of one than its address. It does not call the methods of a value in somebody's
	// unexported field, and a verb that does not fit, such as %s, makes it follow even pointers there.
	s func() secret
}

type secret struct {
	algorithm       Algorithm
	public          []byte
	device, minimal []byte
	point           []byte   // EC only
	modulus         *big.Int // RSA only
}

func conceal(s secret) *PrivateKey { return &PrivateKey{func() secret { return s }} }

func (k *PrivateKey) secret() secret {
	if k == nil || k.s == nil {
		return secret{}
	}
	return k.s()
}

// Algorithm is P256 or RSA1024.
func (k *PrivateKey) Algorithm() Algorithm { return k.secret().algorithm }

// Public is the DER SubjectPublicKeyInfo.
func (k *PrivateKey) Public() []byte { return bytes.Clone(k.secret().public) }

// Fingerprint is Fingerprint(k.Public()).
func (k *PrivateKey) Fingerprint() string { return Fingerprint(k.secret().public) }

// DeviceDER is the form that devices of every age read: for EC 121 bytes of SEC 1 with the curve and the public key
// (behaviour.md 1.4), for RSA the fixed 611 bytes of behaviour.md 1.2. It is the secret.
func (k *PrivateKey) DeviceDER() []byte { return bytes.Clone(k.secret().device) }

// MinimalDER is proper DER, as openssl writes it: PKCS #1 for RSA, the same as DeviceDER for EC. It is the secret.
func (k *PrivateKey) MinimalDER() []byte { return bytes.Clone(k.secret().minimal) }

// Point is the public point of an EC key, 65 octets 04 X Y; nil for RSA.
func (k *PrivateKey) Point() []byte { return bytes.Clone(k.secret().point) }

// Modulus is the modulus of an RSA key; nil for EC.
func (k *PrivateKey) Modulus() *big.Int {
	if n := k.secret().modulus; n != nil {
		return new(big.Int).Set(n)
	}
	return nil
}

// String names the key without giving it away. This and the next two are on the value, so that a dereferenced key is
// as discreet as a pointer.
func (k PrivateKey) String() string {
	if k.s == nil {
		return "no private key"
	}
	return k.Algorithm().String() + " private key " + k.Fingerprint()
}

// GoString is String.
func (k PrivateKey) GoString() string { return k.String() }

// Format writes String for every verb: %x and %d would otherwise look inside.
func (k PrivateKey) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, k.String()) }
