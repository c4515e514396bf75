package dct_test

import (
	"hash/crc32"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

func BenchmarkCheck(b *testing.B) {
	electron := fuzz.NewDevice(layout.Electron, 1).Container(dct.V2b)
	photon := fuzz.NewDevice(layout.Photon, 1).Container(dct.W37)
	for _, c := range []struct {
		name string
		data []byte
		o    dct.Options
	}{
		{"electron", electron, dct.Options{}},
		{"photon", photon, dct.Options{}},
		{"photon without primality", photon, dct.Options{SkipPrimality: true}},
	} {
		m := dct.Recognise(c.data, dct.Hint{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.data)))
			for b.Loop() {
				dct.Check(m, c.o)
			}
		})
	}
}

func BenchmarkRecognise(b *testing.B) {
	container := fuzz.NewDevice(layout.Electron, 1).Container(dct.V2b)
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"container", container},
		{"container without headers", with(with(container, 0, make([]byte, 8)...), layout.SectorSize, make([]byte, 8)...)},
		{"application", fuzz.NewDevice(layout.Boron, 1).App()},
		{"junk", junk(1, layout.ContainerSize)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dct.Recognise(c.data, dct.Hint{})
			}
		})
	}
}

// The checksums beside the plain CRC-32 over as many bytes as DCD covers.
func BenchmarkChecksum(b *testing.B) {
	s := junk(1, layout.SectorSize)
	for _, c := range []struct {
		name string
		sum  func() uint32
	}{
		{"DCD", func() uint32 { return dct.DCDChecksum(s) }},
		{"WICED", func() uint32 { return dct.WICEDChecksum(s) }},
		{"crc32", func() uint32 { return crc32.ChecksumIEEE(s[:layout.DCDChecked.Length]) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(layout.DCDChecked.Length))
			for b.Loop() {
				c.sum()
			}
		})
	}
}
