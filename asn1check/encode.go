package asn1check

import (
	"bytes"
	"math/big"
)

// encode is one element of DER around parts.
func encode(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	head := []byte{tag, byte(len(body))}
	if len(body) >= 0x80 {
		length := big.NewInt(int64(len(body))).Bytes()
		head = append([]byte{tag, 0x80 | byte(len(length))}, length...)
	}
	return append(head, body...)
}

// encodeInteger is the INTEGER x >= 0 in its shortest form.
func encodeInteger(x *big.Int) []byte { return encodePadded(x, x.BitLen()/8) }

// encodePadded is the INTEGER x >= 0 behind a sign octet and as many zeros as it takes to make size octets.
func encodePadded(x *big.Int, size int) []byte {
	return encode(tagInteger, x.FillBytes(make([]byte, 1+size)))
}

func encodeBits(octets []byte) []byte { return encode(tagBitString, []byte{0}, octets) }

func ecSPKI(c *curve, point []byte) []byte {
	algorithm := encode(tagSequence, encode(tagOID, []byte(oidEC)), encode(tagOID, []byte(c.oid)))
	return encode(tagSequence, algorithm, encodeBits(point))
}

func rsaSPKI(n, e *big.Int) []byte {
	algorithm := encode(tagSequence, encode(tagOID, []byte(oidRSA)), encode(tagNull))
	return encode(tagSequence, algorithm, encodeBits(encode(tagSequence, encodeInteger(n), encodeInteger(e))))
}

// ecDevice is the 121-byte form that every reader accepts: 32 octets of scalar, [0] and [1] (behaviour.md 1.4, 1.5).
func ecDevice(scalar, point []byte) []byte {
	return encode(tagSequence,
		encode(tagInteger, []byte{1}),
		encode(tagOctetString, scalar),
		encode(tagContext0, encode(tagOID, []byte(p256.oid))),
		encode(tagContext1, encodeBits(point)))
}

// rsaDevice is the fixed form of behaviour.md 1.2, 611 bytes for 1024 bits: every number but e has its full size and a
// sign octet, so that the device's strides meet each.
func rsaDevice(k *rsaPrivate) []byte {
	parts := [][]byte{encode(tagInteger, []byte{0})}
	for i, m := range members {
		if m.mayPad {
			parts = append(parts, encodePadded(k.num[i].Int, k.size/m.divisor))
		} else {
			parts = append(parts, encodeInteger(k.num[i].Int))
		}
	}
	return encode(tagSequence, parts...)
}

// rsaMinimal is DER proper, as openssl writes it.
func rsaMinimal(k *rsaPrivate) []byte {
	parts := [][]byte{encode(tagInteger, []byte{0})}
	for i := range members {
		parts = append(parts, encodeInteger(k.num[i].Int))
	}
	return encode(tagSequence, parts...)
}
