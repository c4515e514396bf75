package dct_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// What the tests of recognition, check and report share: bytes to put into
// devices, and devices to put them into.

// checked is the report on data as the command makes it.
func checked(data []byte, hint layout.Platform) dct.Report {
	return dct.Check(dct.Recognise(data, dct.Hint{Platform: hint}), dct.Options{})
}

// repeated is n times the byte b.
func repeated(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }

// padded is b followed by FF up to n bytes, or cut to n.
func padded(b []byte, n int) []byte {
	out := repeated(0xFF, n)
	copy(out, b)
	return out
}

// junk is n bytes that look like nothing, the same for a seed every time.
func junk(seed byte, n int) []byte {
	out := make([]byte, n)
	random := rand.NewChaCha8([32]byte{seed})
	_, _ = random.Read(out)
	return out
}

// with is b with other bytes at an offset; b itself stays.
func with(b []byte, offset int, content ...byte) []byte {
	out := bytes.Clone(b)
	copy(out[offset:], content)
	return out
}

// flipped is b with one bit the other way.
func flipped(b []byte, offset int, bit uint) []byte { return with(b, offset, b[offset]^1<<bit) }

// swapped is a container with its copies exchanged.
func swapped(container []byte) []byte {
	return append(bytes.Clone(container[layout.SectorSize:]), container[:layout.SectorSize]...)
}

// bothTransports is an Electron with keys and addresses for TCP as for UDP.
// Its transport byte is as given.
func bothTransports(seed uint64, transport byte) []byte {
	d := fuzz.NewDevice(layout.Electron, seed)
	d.RSA = fuzz.RSAKey(seed)
	app := with(d.App(), 2466, dct.CloudAddress(layout.TCP)...)
	app[2977] = transport
	return app
}

// dfuDump is what DFU alternate setting 1 reads of a copy: up to 16384 bytes
// from the application DCT on, other flash included. Behind the container is
// the page of the emulated EEPROM (containers.md 1).
func dfuDump(container []byte, index, appOffset int) []byte {
	flash := append(bytes.Clone(container), padded([]byte{0x00, 0x00, 0xFF, 0xFF}, layout.SectorSize)...)
	return flash[index*layout.SectorSize+appOffset:][:16384]
}

// generationsOf lists what writes a platform's container.
func generationsOf(p layout.Platform) []dct.Generation {
	switch p {
	case layout.Electron:
		return []dct.Generation{dct.V1, dct.V2a, dct.V2b}
	case layout.Photon, layout.P1:
		return []dct.Generation{dct.W33, dct.W37}
	}
	return nil
}

func text[T any](p *T) string {
	if p == nil {
		return "null"
	}
	return fmt.Sprint(*p)
}
