package dct_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// A dump is recognised by the header of either copy, then by keys at their
// places, then by the hint (contract, image).
func TestRecognise(t *testing.T) {
	electron := fuzz.NewDevice(layout.Electron, 1)
	photon := fuzz.NewDevice(layout.Photon, 1)
	boron := fuzz.NewDevice(layout.Boron, 1)
	v2b, w37, w33 := electron.Container(dct.V2b), photon.Container(dct.W37), photon.Container(dct.W33)
	current0 := swapped(v2b) // its current copy is 0

	beheaded := func(container []byte, header int, content byte) []byte {
		out := bytes.Clone(container)
		for i := range 2 {
			copy(out[i*layout.SectorSize:], repeated(content, header))
		}
		return out
	}
	oneHead := func(container []byte, lost int) []byte {
		return with(container, lost*layout.SectorSize, make([]byte, 16)...)
	}
	inFlash := func(size int, container []byte) []byte { return with(junk(9, size), 16384, container...) }
	noKeys := func(dump []byte, from, to int) []byte {
		return with(dump, from, repeated(0xFF, to-from)...)
	}

	electronDump := dfuDump(current0, 0, 8)
	stray := padded([]byte("\x9A\x27\x1C\x1E\x00\x0C\xA0\x69"), 8) // the other copy's header
	for _, c := range []struct {
		name      string
		data      []byte
		hint      layout.Platform
		container dct.Container
		platform  layout.Platform
		base      int
	}{
		{"electron container", v2b, "", dct.DCD, layout.Electron, 0},
		{"electron container of v1", electron.Container(dct.V1), "", dct.DCD, layout.Electron, 0},
		{"electron factory", fuzz.ElectronFactory(), "", dct.DCD, layout.Electron, 0},
		{"photon container of w37", w37, "", dct.WICED, layout.Photon, 0},
		{"photon container of w33, other copy erased", w33, "", dct.WICED, layout.Photon, 0},
		{"photon factory", fuzz.PhotonFactory(false), "", dct.WICED, layout.Photon, 0},
		{"electron, header only in copy 0", noKeys(oneHead(v2b, 1), 16, 16384), "", dct.DCD, layout.Electron, 0},
		{"electron, header only in copy 1", noKeys(oneHead(v2b, 0), 0, 16384), "", dct.DCD, layout.Electron, 0},
		{"photon, header only in copy 1", noKeys(oneHead(w37, 0), 0, 16384), "", dct.WICED, layout.Photon, 0},

		{"headers zeroed, keys behind offset 8", beheaded(v2b, 8, 0x00), "", dct.DCD, layout.Electron, 0},
		{"headers erased, keys behind offset 8", beheaded(v2b, 8, 0xFF), "", dct.DCD, layout.Electron, 0},
		{"headers zeroed, keys behind offset 7548", beheaded(w37, 0x184, 0x00), "", dct.WICED, layout.Photon, 0},
		{"headers erased, keys behind offset 7548", beheaded(w37, 7548, 0xFF), "", dct.WICED, layout.Photon, 0},
		{"headers zeroed, keys in copy 1 only", noKeys(beheaded(v2b, 8, 0x00), 0, 16384), "", dct.DCD, layout.Electron, 0},

		{"whole flash, 512 KiB", inFlash(512<<10, v2b), "", dct.DCD, layout.Electron, 16384},
		{"whole flash, 1 MiB", inFlash(1<<20, w37), "", dct.WICED, layout.Photon, 16384},
		{"whole flash, odd size", inFlash(700001, w33), "", dct.WICED, layout.Photon, 16384},
		{"whole flash, cut behind the container", inFlash(49152, v2b), "", dct.DCD, layout.Electron, 16384},
		{"whole flash, headers destroyed", inFlash(512<<10, beheaded(v2b, 8, 0x00)), "", dct.DCD, layout.Electron, 16384},
		{"whole flash of FF around", with(repeated(0xFF, 1<<20), 16384, w37...), "", dct.WICED, layout.Photon, 16384},
		{"whole flash without a container", junk(3, 512<<10), "", dct.None, layout.Unknown, 0},
		{"container cut inside copy 0", v2b[:16384], "", dct.None, layout.Unknown, 0},
		{"container cut inside copy 1", v2b[:20000], "", dct.None, layout.Unknown, 0},
		{"container cut, with a hint", v2b[:20000], layout.Electron, dct.None, layout.Unknown, 0},
		{"wiced container cut by a byte", w37[:32767], "", dct.None, layout.Unknown, 0},
		{"flash cut with a header in it", with(junk(9, 40000), 16384, v2b[:23616]...), "", dct.None, layout.Unknown, 0},
		{"container, read on behind its end", append(bytes.Clone(v2b), junk(8, 30000)...), "", dct.DCD, layout.Electron, 0},
		{"flash cut inside the container", inFlash(49152, v2b)[:49151], "", dct.None, layout.Unknown, 0},

		{"electron application, 4258", electron.App()[:4258], "", dct.App, layout.Electron, 0},
		{"electron application, 8391", electron.App(), "", dct.App, layout.Electron, 0},
		{"electron application, 16384 with spill", electronDump, "", dct.App, layout.Electron, 0},
		{"electron application, 16384 of copy 1", dfuDump(v2b, 1, 8), "", dct.App, layout.Electron, 0},
		{"only the footer's watermark is left", noKeys(noKeys(electronDump, 0, 16368), 16372, 16384), "", dct.App, layout.Electron, 0},
		{"only the next header is left", with(repeated(0xFF, 16384), 16376, stray...), "", dct.App, layout.Electron, 0},
		{"photon application, 4258", photon.App()[:4258], "", dct.App, layout.Photon, 0},
		{"photon application, 8391", photon.App(), "", dct.App, layout.Photon, 0},
		{"photon application, 16384 of copy 0", dfuDump(swapped(w37), 0, 7548), "", dct.App, layout.Photon, 0},
		{"photon application, 16384 of copy 1", dfuDump(w37, 1, 7548), "", dct.App, layout.Photon, 0},
		{"gen 3 file, 8391", boron.App(), "", dct.App, layout.Gen3, 0},
		{"gen 3 file, flags erased", noKeys(boron.App(), 0, 4), "", dct.App, layout.Gen3, 0},

		{"hint says p1", photon.App(), layout.P1, dct.App, layout.P1, 0},
		{"hint says boron", boron.App(), layout.Boron, dct.App, layout.Boron, 0},
		{"hint over junk, electron", junk(1, 32768), layout.Electron, dct.DCD, layout.Electron, 0},
		{"hint over junk, photon", junk(1, 32768), layout.Photon, dct.WICED, layout.Photon, 0},
		{"hint over junk, p1", junk(1, 32768), layout.P1, dct.WICED, layout.P1, 0},
		{"hint over junk, argon", junk(1, 32768), layout.Argon, dct.App, layout.Argon, 0},
		{"hint over junk in a whole flash", junk(1, 512<<10), layout.Electron, dct.DCD, layout.Electron, 16384},
		{"hint over junk in an application", junk(1, 8391), layout.Electron, dct.App, layout.Electron, 0},
		{"hint contradicts the header", v2b, layout.Photon, dct.WICED, layout.Photon, 0},
		{"hint for less than 4258 bytes", electron.App()[:4257], layout.Electron, dct.App, layout.Electron, 0},
		{"hint for 1 byte", []byte{0x30}, layout.Electron, dct.App, layout.Electron, 0},
		{"hint for nothing", nil, layout.Electron, dct.None, layout.Unknown, 0},
		{"hint unknown is none", junk(1, 32768), layout.Unknown, dct.None, layout.Unknown, 0},

		{"less than 4258 bytes", electron.App()[:4257], "", dct.None, layout.Unknown, 0},
		{"empty", nil, "", dct.None, layout.Unknown, 0},
		{"one byte", []byte{0x30}, "", dct.None, layout.Unknown, 0},
		{"one byte FF", []byte{0xFF}, "", dct.None, layout.Unknown, 0},
		{"text", []byte(strings.Repeat("Not a dump at all.\n", 2000)), "", dct.None, layout.Unknown, 0},
		{"random, of a container's size", junk(2, 32768), "", dct.None, layout.Unknown, 0},
		{"random, of an application's size", junk(2, 16384), "", dct.None, layout.Unknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := bytes.Clone(c.data)
			m := dct.Recognise(c.data, dct.Hint{Platform: c.hint})
			if m.Container != c.container || m.Platform != c.platform || m.Base != c.base {
				t.Errorf("Recognise(%d bytes, %q) = %s of %s at %d, want %s of %s at %d (why: %s)",
					len(c.data), c.hint, m.Container, m.Platform, m.Base, c.container, c.platform, c.base, m.PlatformWhy)
			}
			if m.FailedRead != "" && len(c.data) > 0 {
				t.Errorf("FailedRead = %q, want none", m.FailedRead)
			}
			r := dct.Check(m, dct.Options{})
			if got, want := r.Verdict == dct.NotADCT, c.container == dct.None; got != want {
				t.Errorf("verdict %q for container %s", r.Verdict, c.container)
			}
			if got, want := len(r.Readers), len(dct.Generations(c.container)); got != want {
				t.Errorf("%d readers, want %d", got, want)
			}
			if !bytes.Equal(before, c.data) {
				t.Error("Recognise or Check changed its input")
			}
		})
	}
}

// One byte throughout is a failed read at any size, whatever the caller says
// (contract; behaviour.md 8.2, 12.1).
func TestConstantImageIsAFailedRead(t *testing.T) {
	for _, b := range []byte{0x00, 0xFF, 0x5A} {
		for _, size := range []int{2, 100, 4258, 8391, 16384, 32768, 512 << 10} {
			m := dct.Recognise(repeated(b, size), dct.Hint{})
			if m.Container != dct.None || m.Platform != layout.Unknown || m.FailedRead == "" {
				t.Errorf("Recognise(%d x %02X) = %s of %s, failed read %q, want none of unknown with a reason", size, b, m.Container, m.Platform, m.FailedRead)
			}
			if r := dct.Check(m, dct.Options{}); r.Verdict != dct.NotADCT || len(r.Findings) != 1 || r.Findings[0].Code != dct.FailedRead {
				t.Errorf("Check(%d x %02X) = %s %v, want not-a-dct for %s alone", size, b, r.Verdict, r.Findings, dct.FailedRead)
			}
			for _, p := range layout.Platforms() {
				m := dct.Recognise(repeated(b, size), dct.Hint{Platform: p})
				r := dct.Check(m, dct.Options{})
				if m.FailedRead == "" || r.Verdict != dct.NotADCT {
					t.Errorf("Recognise(%d x %02X, %s): failed read %q, verdict %s, want not-a-dct", size, b, p, m.FailedRead, r.Verdict)
				}
				if m.Container == dct.None {
					t.Errorf("Recognise(%d x %02X, %s) = none, want the platform's container", size, b, p)
				}
				if got, want := len(r.Readers), len(dct.Generations(m.Container)); got != want {
					t.Errorf("Check(%d x %02X, %s) has %d readers, want %d", size, b, p, got, want)
				}
			}
		}
	}
}

// fields.md 7.4: a Photon's bootloader that cannot reach the DCT sends the
// start of the flash for every block.
func TestRepeatedBootloaderBlockIsAFailedRead(t *testing.T) {
	block := with(junk(4, 4096), 0, 0x00, 0x00, 0x02, 0x20)
	for _, size := range []int{8192, 8391, 16384, 32768} {
		data := bytes.Repeat(block, 8)[:size]
		if m := dct.Recognise(data, dct.Hint{}); m.FailedRead == "" || m.Container != dct.None {
			t.Errorf("Recognise(%d repeated bytes) = %s, failed read %q, want none and a reason", size, m.Container, m.FailedRead)
		}
		if r := checked(data, layout.Photon); r.Verdict != dct.NotADCT {
			t.Errorf("verdict on %d repeated bytes, named a photon = %s, want not-a-dct", size, r.Verdict)
		}
	}
	// A whole flash begins with the bootloader, too, but goes on.
	flash := with(junk(5, 512<<10), 0, block...)
	copy(flash[16384:], fuzz.PhotonFactory(true))
	if m := dct.Recognise(flash, dct.Hint{}); m.FailedRead != "" || m.Container != dct.WICED {
		t.Errorf("Recognise(whole flash) = %s, failed read %q, want wiced", m.Container, m.FailedRead)
	}
}

func TestContradictedHintIsAWarning(t *testing.T) {
	electron, photon, boron := fuzz.NewDevice(layout.Electron, 1), fuzz.NewDevice(layout.Photon, 1), fuzz.NewDevice(layout.Boron, 1)
	for _, c := range []struct {
		name string
		data []byte
		hint layout.Platform
		want bool
	}{
		{"electron container", electron.Container(dct.V2b), layout.Photon, true},
		{"electron container", electron.Container(dct.V2b), layout.Boron, true},
		{"electron container", electron.Container(dct.V2b), layout.Electron, false},
		{"photon container", photon.Container(dct.W37), layout.Electron, true},
		{"photon container", photon.Container(dct.W37), layout.P1, false},
		{"photon application", photon.App(), layout.Gen3, true},
		{"boron application", boron.App(), layout.MSoM, false},
		{"boron application", boron.App(), layout.Gen3, false},
		{"boron application", boron.App(), layout.Electron, true},
		{"junk", junk(1, 8391), layout.Electron, false},
	} {
		r := checked(c.data, c.hint)
		got := false
		for _, f := range r.Findings {
			if f.Code == dct.PlatformContradicted {
				got = true
				if f.Severity != dct.SeverityWarning {
					t.Errorf("%s, named %s: severity %s, want warning", c.name, c.hint, f.Severity)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s, named %s: contradiction found = %v, want %v", c.name, c.hint, got, c.want)
		}
		if r.Image.Platform != c.hint {
			t.Errorf("%s, named %s: platform %s, the name must win", c.name, c.hint, r.Image.Platform)
		}
	}
}

func TestImageOutOfRange(t *testing.T) {
	m := dct.Recognise(fuzz.ElectronFactory(), dct.Hint{})
	for _, i := range []int{-1, 2} {
		if got := m.AppBytes(i); got != nil {
			t.Errorf("AppBytes(%d) = %d bytes, want none", i, len(got))
		}
	}
	if got := dct.Recognise(nil, dct.Hint{}); got.Copies() != 0 || got.ContainerBytes() != nil || got.AppBytes(0) != nil {
		t.Errorf("Recognise(nil) has %d copies", got.Copies())
	}
	if i, ok := dct.Recognise(fuzz.NewDevice(layout.Boron, 1).App(), dct.Hint{}).Current(); i != 0 || !ok {
		t.Errorf("Current of an application = %d, %v, want 0, true", i, ok)
	}
}
