package dct_test

import (
	"fmt"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// A dump is recognised by its bytes, then judged. Here one bit of the private
// key has changed in what DFU alternate setting 1 read of an Electron.
func Example() {
	dump := fuzz.NewDevice(layout.Electron, 1).App()
	dump[3106+20] ^= 0x10

	image := dct.Recognise(dump, dct.Hint{})
	report := dct.Check(image, dct.Options{})

	fmt.Println(report.Image.Container, report.Image.Platform, report.Verdict)
	for _, f := range report.Findings {
		fmt.Println(f.Code, f.Name, f.Severity)
	}
	slot, _ := report.Slot("alt_device_private_key")
	fmt.Println(slot.Name, slot.State)
	// Output:
	// app electron broken
	// DCT407 private-key-inconsistent error
	// alt_device_private_key inconsistent
}

// Two generations of firmware can read different copies of one container: a
// power loss came before the older copy was retired.
func ExampleGeneration_Current() {
	settled := fuzz.NewDevice(layout.Electron, 1).Container(dct.V2b)
	torn := append(settled[layout.SectorSize:], settled[:layout.SectorSize]...)
	copy(torn[layout.SectorSize+layout.DCDSeal:], "\x00\x5E\xA1\xED") // both say VALID

	for _, g := range dct.Generations(dct.DCD) {
		copyIndex, ok := g.Current(torn)
		fmt.Println(g, g.Firmware(), copyIndex, ok)
	}
	// Output:
	// v1 0.4.6-rc.1 .. 0.6.4 1 true
	// v2a 0.7.0-rc.1 .. 0.7.0, 0.8.0-rc.1 0 true
	// v2b 0.8.0-rc.2 .. 3.3.1 0 true
}

func ExampleProblemNamed() {
	p, ok := dct.ProblemNamed("dct408")
	fmt.Println(ok, p.Name, p.Severity)
	// Output:
	// true private-key-first-byte-erased error
}

func ExampleCloudAddress() {
	address := dct.CloudAddress(layout.UDP)
	fmt.Printf("%d bytes: type %d, %q\n", len(address), address[0], address[2:2+address[1]])
	// Output:
	// 128 bytes: type 1, "$id.udp.particle.io"
}
