package asn1check

import "strconv"

// An Algorithm is a kind of key, as far as the devices tell kinds apart. The zero value says that none could be read.
type Algorithm uint8

const (
	NoAlgorithm    Algorithm = iota
	RSA1024                  // device keys on TCP
	RSA2048                  // the TCP server's key
	P256                     // every key on UDP
	OtherAlgorithm           // readable, but used nowhere on these devices
)

var algorithmNames = [...]string{
	NoAlgorithm:    "",
	RSA1024:        "rsa-1024",
	RSA2048:        "rsa-2048",
	P256:           "ec-p256",
	OtherAlgorithm: "other",
}

// String gives the word that reports use for a, "" for NoAlgorithm.
func (a Algorithm) String() string {
	if int(a) < len(algorithmNames) {
		return algorithmNames[a]
	}
	return "algorithm(" + strconv.Itoa(int(a)) + ")"
}

// rsaAlgorithm names RSA with a modulus of that many bits.
func rsaAlgorithm(bits int) Algorithm {
	switch bits {
	case 1024:
		return RSA1024
	case 2048:
		return RSA2048
	}
	return OtherAlgorithm
}
