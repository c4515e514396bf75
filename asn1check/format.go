package asn1check

import "fmt"

// A format is one of the structures that keys come in.
type format uint8

const (
	noFormat format = iota
	sec1
	pkcs1
	pkcs8
	spki
)

var formatNames = [...]string{
	noFormat: "no key",
	sec1:     "sec 1 private key",
	pkcs1:    "pkcs #1 private key",
	pkcs8:    "pkcs #8 private key",
	spki:     "public key",
}

func (f format) String() string { return formatNames[f] }

// formats has one row a format. Each parser takes one encoding from the front of the reader.
var formats = [...]struct {
	format format
	parse  func(*reader) (parsed, *fault)
}{
	{sec1, parseSEC1},
	{pkcs1, parsePKCS1},
	{pkcs8, parsePKCS8},
	{spki, parseSPKI},
}

// An identity is what distinguishes a key that belongs into a slot from one that does not.
type identity struct {
	format    format
	algorithm Algorithm
	name      string // the curve, or rsa and the size of the encoded modulus
}

func rsaIdentity(f format, octets int) identity {
	return identity{f, rsaAlgorithm(8 * octets), fmt.Sprintf("rsa-%d", 8*octets)}
}

func ecIdentity(f format, c *curve) identity { return identity{f, c.algorithm(), c.name} }

func (id identity) String() string {
	return fmt.Sprintf("%s (%s)", id.format, id.name)
}

// parsed is the outcome of a parser. The identity is there as soon as enough of the key was read to be sure of it,
// which is also when the rest turns out to be cut off; the key only where all of it was read.
type parsed struct {
	id  identity
	key key
}

// A key is numbers in sound structure.
type key interface {
	// flaw is the first check that the numbers fail, nil if they form a key.
	flaw(primality bool) *fault
	// spki is the SubjectPublicKeyInfo. It makes sense only without a flaw.
	spki() []byte
}
