package asn1check

import "math/big"

// RSANumbers are the numbers that the device takes from an RSA slot. E is never read, but assumed to be 65537.
type RSANumbers struct{ N, E, D, P, Q, DP, DQ, QInv *big.Int }

// strides is the walk of the device's reader (behaviour.md 1.3): how many octets it copies of each number, and how far
// the next length octet is from the first of them. The stride behind N steps over e.
var strides = [...]struct {
	octets, next int
	number       func(*RSANumbers) **big.Int
}{
	{128, 135, func(r *RSANumbers) **big.Int { return &r.N }},
	{128, 129, func(r *RSANumbers) **big.Int { return &r.D }},
	{64, 65, func(r *RSANumbers) **big.Int { return &r.P }},
	{64, 65, func(r *RSANumbers) **big.Int { return &r.Q }},
	{64, 65, func(r *RSANumbers) **big.Int { return &r.DP }},
	{64, 65, func(r *RSANumbers) **big.Int { return &r.DQ }},
	{64, 65, func(r *RSANumbers) **big.Int { return &r.QInv }},
}

// firstLength is where the walk begins: the low length octet of N.
const firstLength = 9

// DeviceStrides reads an RSA slot as the device does, which is no DER reader: no tag and no header is looked at, and
// of a length only whether it is odd. It is false only where the walk leaves the slot.
func DeviceStrides(slot []byte) (RSANumbers, bool) {
	r := RSANumbers{E: new(big.Int).Set(f4)}
	at := firstLength
	for _, s := range strides {
		if at >= len(slot) {
			return RSANumbers{}, false
		}
		from := at + 1 + int(slot[at]&1) // an odd length is taken to count a leading 00
		if from+s.octets > len(slot) {
			return RSANumbers{}, false
		}
		*s.number(&r) = new(big.Int).SetBytes(slot[from : from+s.octets])
		at = from + s.next
	}
	return r, true
}

// Usable tells whether the device can work with the numbers: n = p·q, and the members that it computes with are right
// for e = 65537. D is not looked at, neither here nor by the device. Whether P and Q are prime is not tested.
func (r RSANumbers) Usable() bool {
	for _, x := range []*big.Int{r.N, r.P, r.Q, r.DP, r.DQ, r.QInv} {
		if x == nil {
			return false
		}
	}
	return oddFactor(r.P) && oddFactor(r.Q) && isProduct(r.N, r.P, r.Q) &&
		inverseModLess1(r.DP, f4, r.P) && inverseModLess1(r.DQ, f4, r.Q) && inverseMod(r.QInv, r.Q, r.P)
}
