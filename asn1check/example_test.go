package asn1check_test

import (
	"bytes"
	"fmt"

	"github.com/dctkit/dctkit/asn1check"
)

// The key of the scalar 1 serves no device.
func exampleSlot() []byte {
	key, err := asn1check.NewEC([]byte{1})
	if err != nil {
		panic(err)
	}
	slot := bytes.Repeat([]byte{0xFF}, 192)
	copy(slot, key.DeviceDER())
	return slot
}

func ExampleECPrivate() {
	slot := exampleSlot()
	v := asn1check.ECPrivate(slot, nil)
	fmt.Println(v.State, v.Algorithm, v.Length, asn1check.Fingerprint(v.Public)[:8])

	// One bit of the public point: no parser that skips the arithmetic would notice.
	slot[100] ^= 1
	v = asn1check.ECPrivate(slot, nil)
	fmt.Printf("%v at byte %d: %s\n", v.State, v.Fault, v.Detail)
	// Output:
	// ok ec-p256 121 5cd252fb
	// inconsistent at byte 56: the public point is not on the curve
}

// The device's reader is laxer than DER: it works out the public key itself if its tag is damaged.
func ExampleVerdict_loads() {
	slot := exampleSlot()
	slot[51] = 0x21
	v := asn1check.ECPrivate(slot, nil)
	fmt.Println(v.State, v.Loads)
	fmt.Println(v.LoadsWhy)
	// Output:
	// malformed true
	// where [1] should be is another tag, and the device computes the public key from d
}

func ExampleECPublic() {
	key, err := asn1check.NewEC([]byte{1})
	if err != nil {
		panic(err)
	}
	cached := append(make([]byte, 37), key.Public()...) // as firmware from 1.5.0 on caches it
	v := asn1check.ECPublic(cached)
	fmt.Println(v.State, v.Offset, v.Length)
	// Output: ok 37 91
}

func ExampleParsePrivateKey() {
	key, err := asn1check.ParsePrivateKey(exampleSlot()) // what follows the DER is ignored
	if err != nil {
		panic(err)
	}
	fmt.Println(key.Algorithm(), len(key.DeviceDER()))

	_, err = asn1check.ParsePrivateKey([]byte("not a key"))
	fmt.Println(err)
	// Output:
	// ec-p256 121
	// no private key: does not begin with a SEQUENCE (at byte 0)
}

func ExampleDeviceStrides() {
	_, ok := asn1check.DeviceStrides(make([]byte, 192)) // an EC slot is too short
	fmt.Println(ok)
	zeros, ok := asn1check.DeviceStrides(make([]byte, 612))
	fmt.Println(ok, zeros.Usable())
	// Output:
	// false
	// true false
}
