package fuzz_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// behaviour.md 1.4: whatever the length, the point is also the last 64 bytes
// of a slot that the device filled itself, and byte 127 is its 04.
func TestECSlotKeepsTheResidue(t *testing.T) {
	lengths := map[int]int{}
	for seed := uint64(1); seed < 400 || lengths[120] == 0; seed++ {
		for _, old := range []bool{false, true} {
			d := fuzz.NewDevice(layout.Electron, seed)
			d.OldEncoder = old
			slot := d.App()[3106 : 3106+192]
			point := d.EC.Point()
			if !bytes.Equal(slot[127:], point) {
				t.Fatalf("seed %d, old encoder %v: bytes 127..191 are %X, want the point %X", seed, old, slot[127:], point)
			}
			n := int(slot[1]) + 2
			if slot[0] != 0x30 || !bytes.Equal(slot[n-65:n], point) {
				t.Fatalf("seed %d, old encoder %v: the key of %d bytes does not end with its point", seed, old, n)
			}
			if !bytes.Equal(slot[n:], slot[2*n-192:n]) {
				t.Fatalf("seed %d, old encoder %v: slot[%d:192] is not slot[%d:%d]", seed, old, n, 2*n-192, n)
			}
			if !old && n != 121 {
				t.Fatalf("seed %d: %d bytes, firmware from 2.1.0 writes 121", seed, n)
			}
			if wide := slot[6] == 33; old && wide != (n == 122) {
				t.Fatalf("seed %d: %d octets of scalar in %d bytes", seed, slot[6], n)
			}
			lengths[n]++
		}
	}
	for _, n := range []int{120, 121, 122} {
		if lengths[n] == 0 {
			t.Errorf("no key of %d bytes among %v", n, lengths)
		}
	}
}

func TestKeyLoadedByCLIHasNothingBehindIt(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 1)
	d.ByCLI = true
	if behind := d.App()[3106+121 : 3106+192]; !bytes.Equal(behind, bytes.Repeat([]byte{0xFF}, 71)) {
		t.Errorf("behind the key: %X, want FF", behind)
	}
}

// behaviour.md 1.2, 1.3: 611 bytes for the private key, 222 zeros behind the
// public one.
func TestRSASlotsAreInDeviceForm(t *testing.T) {
	app := fuzz.NewDevice(layout.Photon, 1).App()
	for _, c := range []struct {
		at   int
		want string
	}{
		{34, "\x30\x82\x02\x5F\x02\x01\x00\x02\x81\x81\x00"},
		{34 + 139, "\x02\x03\x01\x00\x01\x02\x81\x81\x00"},
		{34 + 276, "\x02\x41\x00"}, {34 + 343, "\x02\x41\x00"}, {34 + 410, "\x02\x41\x00"},
		{34 + 477, "\x02\x41\x00"}, {34 + 544, "\x02\x41\x00"}, {34 + 611, "\xFF\xFF"},
		{1250, "\x30\x81\x9F\x30\x0D"}, {1250 + 162, string(make([]byte, 222))}, {1634, "\xFF"},
	} {
		if got := app[c.at:][:len(c.want)]; string(got) != c.want {
			t.Errorf("bytes at %d: %X, want %X", c.at, got, c.want)
		}
	}
	if !bytes.Equal(app[34+11:34+139], app[1250+29:1250+157]) {
		t.Error("the public key's modulus is not the private key's")
	}
}

// behaviour.md 1.6: what the UDP public-key slot shows of the firmware.
func TestCachedKey(t *testing.T) {
	spki := fuzz.ECKey(1).Public()
	for cache, want := range map[fuzz.Cache][]byte{
		fuzz.CacheErased: bytes.Repeat([]byte{0xFF}, 128),
		fuzz.CacheNull:   make([]byte, 128),
		fuzz.CacheSPKI:   append(make([]byte, 37), spki...),
	} {
		d := fuzz.NewDevice(layout.Boron, 1)
		d.CachedKey = cache
		if got := d.App()[2978 : 2978+128]; !bytes.Equal(got, want) {
			t.Errorf("cache %d: %X, want %X", cache, got, want)
		}
	}
}

// behaviour.md 7.
func TestHelperRecord(t *testing.T) {
	for _, c := range []struct {
		platform      layout.Platform
		from, n       int
		size          int
		head          string
		insideServers int // key bytes that belong to the server's slot
	}{
		{layout.Electron, 3106, 320, 328, "\x63\x5C\xA6\x75\x40\x01", 128},
		{layout.Photon, 34, 1600, 1608, "\x63\x5C\xA6\x75\x40\x06", 0},
	} {
		d := fuzz.NewDevice(c.platform, 3)
		r := d.HelperRecord()
		if len(r) != c.size || string(r[:6]) != c.head {
			t.Fatalf("%s: %d bytes, head %X, want %d, %X", c.platform, len(r), r[:6], c.size, c.head)
		}
		if !bytes.Equal(r[8:], d.App()[c.from:c.from+c.n]) {
			t.Errorf("%s: the keys are not the bytes from %d", c.platform, c.from)
		}
		sum := 0
		for _, b := range r[8:] {
			sum += int(b)
		}
		if got, want := binary.LittleEndian.Uint16(r[6:]), uint16(sum%65536); got != want {
			t.Errorf("%s: sum %04X, want %04X", c.platform, got, want)
		}
		if c.insideServers > 0 && !bytes.HasPrefix(r[8+192:], dct.CloudKey(layout.UDP)) {
			t.Errorf("%s: the record does not go on with the server's key", c.platform)
		}
	}
}

// A settled container is read by every generation of its kind as the same
// copy, and that copy is the device's.
func TestSettledContainerIsReadAlike(t *testing.T) {
	for _, c := range []struct {
		platform layout.Platform
		kind     dct.Container
	}{{layout.Electron, dct.DCD}, {layout.Photon, dct.WICED}, {layout.P1, dct.WICED}} {
		d := fuzz.NewDevice(c.platform, 2)
		for _, writer := range dct.Generations(c.kind) {
			container := d.Container(writer)
			m := dct.Recognise(container, dct.Hint{})
			if len(container) != layout.ContainerSize || m.Container != c.kind {
				t.Fatalf("%s by %s: %d bytes, recognised as %s", c.platform, writer, len(container), m.Container)
			}
			for _, reader := range dct.Generations(c.kind) {
				i, ok := reader.Current(container)
				if !ok || !bytes.Equal(m.AppBytes(i), d.App()) {
					t.Errorf("%s by %s: %s reads copy %d, %v, not the device's", c.platform, writer, reader, i, ok)
				}
			}
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, p := range layout.Platforms() {
		a, b := fuzz.NewDevice(p, 4), fuzz.NewDevice(p, 4)
		if !bytes.Equal(a.App(), b.App()) {
			t.Errorf("%s: two devices of one seed differ", p)
		}
		if bytes.Equal(a.App(), fuzz.NewDevice(p, 5).App()) {
			t.Errorf("%s: two seeds give one device", p)
		}
	}
	for seed := range uint64(5) {
		for kind, make := range map[string]func(uint64) *asn1check.PrivateKey{"ec": fuzz.ECKey, "rsa": fuzz.RSAKey} {
			if first, second := make(seed), make(seed); first.Fingerprint() != second.Fingerprint() {
				t.Errorf("seed %d gives different %s keys", seed, kind)
			}
		}
	}
}

// A device's parts can be changed after it was made, and App gives fresh bytes.
func TestAppIsTheCallers(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 1)
	clear(d.App())
	if app := d.App(); slices.Max(app) == 0 || app[1825] != '1' {
		t.Error("App hands out bytes that it keeps")
	}
	d.Claimed = false
	if app := d.App(); app[1825] != 0xFF || app[1762] == 0 || app[1762] == 0xFF {
		t.Errorf("unclaimed device: claimed %02X, claim code begins %02X", app[1825], app[1762])
	}
}

func ExampleNewDevice() {
	app := fuzz.NewDevice(layout.Electron, 1).App()
	app[3106] = 0xFF // the damage to test
	container := fuzz.Container(dct.V2b, app, app)

	report := dct.Check(dct.Recognise(container, dct.Hint{}), dct.Options{})
	fmt.Println(report.Verdict, report.Findings[0].Name)
	// Output:
	// broken private-key-first-byte-erased
}
