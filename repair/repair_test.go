package repair_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"testing"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
	"github.com/dctkit/dctkit/repair"
)

// A case names a simulated device in a container of some generation.
var devices = []struct {
	platform   layout.Platform
	generation dct.Generation
}{
	{layout.Electron, dct.V1}, {layout.Electron, dct.V2a}, {layout.Electron, dct.V2b},
	{layout.Photon, dct.W33}, {layout.Photon, dct.W37},
}

func keyOf(d fuzz.Device) *asn1check.PrivateKey {
	if d.RSA != nil {
		return d.RSA
	}
	return d.EC
}

func activeSlots(p layout.Platform) (private, public, server, address layout.Slot) {
	t := layout.UDP
	if p == layout.Photon {
		t = layout.TCP
	}
	private, _ = layout.FindSlot(layout.DevicePrivateKey, t)
	public, _ = layout.FindSlot(layout.DevicePublicKey, t)
	server, _ = layout.FindSlot(layout.ServerPublicKey, t)
	address, _ = layout.FindSlot(layout.ServerAddress, t)
	return private, public, server, address
}

// damaged returns the device's container after its firmware has stored a DCT
// changed by damage, in the current copy or in both: checksums are right.
func damaged(d fuzz.Device, g dct.Generation, both bool, damage func(app []byte)) []byte {
	current, before := d.App(), d.App()
	before[1825] = 0xFF // not yet claimed
	damage(current)
	if both {
		damage(before)
	}
	return fuzz.Container(g, current, before)
}

// rotten returns the device's container with the current copy changed in
// flash, behind the firmware's back: no checksum knows.
func rotten(container []byte, damage func(app []byte)) []byte {
	out := bytes.Clone(container)
	m := dct.Recognise(out, dct.Hint{})
	current, _ := m.Current()
	damage(m.AppBytes(current))
	return out
}

func fillWith(b []byte, x byte) {
	for i := range b {
		b[i] = x
	}
}

// mustRepair runs the repair and holds what must always hold of one.
func mustRepair(t *testing.T, dump []byte, o repair.Options) (repair.Result, dct.Image) {
	t.Helper()
	before := bytes.Clone(dump)
	m := dct.Recognise(dump, dct.Hint{})
	result := repair.Run(m, o)
	if !bytes.Equal(before, dump) {
		t.Fatal("Run changed its input")
	}
	if result.Image == nil {
		t.Fatalf("Run gave no image; notes %q, findings %+v", result.Report.Notes, result.Report.Findings)
	}
	planned := make([]bool, len(dump))
	for _, s := range result.Report.Steps {
		for i := s.Offset; i < s.Offset+s.Length; i++ {
			planned[i] = true
		}
	}
	for i := range result.Image {
		if result.Image[i] != dump[i] && !planned[i] {
			t.Fatalf("byte %d changed without a step", i)
		}
	}
	after := dct.Recognise(result.Image, dct.Hint{Platform: m.Platform})
	report := repair.Diagnose(after, dct.Options{})
	if report.Verdict != dct.Healthy || len(result.Report.Unrepaired) != 0 || result.Report.Recheck.Verdict != dct.Healthy {
		t.Fatalf("after repair: verdict %s, unrepaired %v, findings %+v", report.Verdict, result.Report.Unrepaired, report.Findings)
	}
	for _, c := range after.Readers() {
		if first := after.Readers()[0]; !c.OK || c.Copy != first.Copy {
			t.Errorf("after repair %s reads copy %d, %v, but %s copy %d", c.Generation, c.Copy, c.OK, first.Generation, first.Copy)
		}
	}
	if again := repair.Run(after, o); again.Image != nil {
		t.Errorf("a second repair plans %d steps, want none", len(again.Report.Steps))
	}
	return result, after
}

// wantKey checks the current private key against the device's own.
func wantKey(t *testing.T, m dct.Image, d fuzz.Device) {
	t.Helper()
	private, _, _, _ := activeSlots(d.Platform)
	for _, c := range m.Readers() {
		b, _ := private.Of(m.AppBytes(c.Copy))
		key, err := asn1check.ParsePrivateKey(b)
		if err != nil {
			t.Fatalf("%s reads no key: %v", c.Generation, err)
		}
		if key.Fingerprint() != keyOf(d).Fingerprint() {
			t.Errorf("%s reads key %s, want the device's own %s", c.Generation, key.Fingerprint(), keyOf(d).Fingerprint())
		}
	}
}

func eachDevice(t *testing.T, do func(t *testing.T, d fuzz.Device, g dct.Generation)) {
	for _, c := range devices {
		t.Run(fmt.Sprintf("%s-%s", c.platform, c.generation), func(t *testing.T) {
			d := fuzz.NewDevice(c.platform, 7)
			do(t, d, c.generation)
		})
	}
}

func TestHealthyImageGivesEmptyPlan(t *testing.T) {
	eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
		result := repair.Run(dct.Recognise(d.Container(g), dct.Hint{}), repair.Options{})
		if len(result.Report.Steps) != 0 || result.Image != nil || result.Report.Verdict != dct.Healthy {
			t.Errorf("healthy: verdict %s, steps %+v", result.Report.Verdict, result.Report.Steps)
		}
	})
}

// privateDamage is what can happen to a private-key slot that the slot itself
// still mends.
var privateDamage = map[string]func(slot []byte, rsa bool){
	"first byte FF": func(b []byte, _ bool) { b[0] = 0xFF },
	"first byte 00": func(b []byte, _ bool) { b[0] = 0 },
	"header":        func(b []byte, _ bool) { copy(b, "\x12\x34\x56\x78\x9A") },
	"tags": func(b []byte, rsa bool) {
		at := []int{39, 41, 51, 53}
		if rsa {
			at = []int{7, 139, 144, 276, 343, 410, 477, 544}
		}
		for _, i := range at {
			b[i] ^= 0x41
		}
	},
	"lengths": func(b []byte, rsa bool) {
		at := []int{1, 6, 40, 52}
		if rsa {
			at = []int{2, 9, 146, 277, 344}
		}
		for _, i := range at {
			b[i] ^= 0x10
		}
	},
	"numbers that follow": func(b []byte, rsa bool) {
		if rsa {
			fillWith(b[410:610], 0xA7) // dp, dq and most of qinv
		} else {
			b[60] ^= 0x24 // the point
			b[119] ^= 0x11
		}
	},
	"n": func(b []byte, rsa bool) {
		if rsa {
			b[12] ^= 0x40
			b[137] ^= 0x01
		} else {
			copy(b, "\x30\x31") // a key without the public part
			fillWith(b[51:], 0xFF)
		}
	},
	"point or d erased": func(b []byte, rsa bool) {
		if rsa {
			fillWith(b[148:276], 0xFF)
		} else {
			fillWith(b[57:121], 0xFF) // the copy behind the key still ends in the point
		}
	},
}

func TestPrivateKeyMendedFromTheSlotItself(t *testing.T) {
	for name, damage := range privateDamage {
		t.Run(name, func(t *testing.T) {
			eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
				private, _, _, _ := activeSlots(d.Platform)
				dump := damaged(d, g, true, func(app []byte) {
					b, _ := private.Of(app)
					damage(b, d.RSA != nil)
				})
				if got := repair.Diagnose(dct.Recognise(dump, dct.Hint{}), dct.Options{}); got.Verdict == dct.Broken || got.Count(dct.SeverityError)+got.Count(dct.SeverityWarning) == 0 {
					t.Errorf("Diagnose = %s with %d errors, %d warnings; want damaged, or healthy with a warning",
						got.Verdict, got.Count(dct.SeverityError), got.Count(dct.SeverityWarning))
				}
				_, after := mustRepair(t, dump, repair.Options{})
				wantKey(t, after, d)
			})
		})
	}
}

func TestPrivateKeyRestoredFromTheOtherCopy(t *testing.T) {
	for _, fill := range []byte{0x00, 0xFF, 0x5A} {
		eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
			if g == dct.W33 {
				t.Skip("this firmware keeps no second copy")
			}
			private, _, _, _ := activeSlots(d.Platform)
			dump := damaged(d, g, false, func(app []byte) {
				b, _ := private.Of(app)
				fillWith(b, fill)
			})
			if got := repair.Diagnose(dct.Recognise(dump, dct.Hint{}), dct.Options{}).Verdict; got != dct.Damaged {
				t.Errorf("Diagnose = %s, want damaged", got)
			}
			result, after := mustRepair(t, dump, repair.Options{})
			wantKey(t, after, d)
			if got := result.Report.Steps[0].Action; got != repair.Restore {
				t.Errorf("first step is %s, want restore", got)
			}
		})
	}
}

// Damage that happens in flash leaves checksums wrong, and readers that choose
// by them on another copy than those that do not.
func TestPrivateKeyLostInFlash(t *testing.T) {
	eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
		private, _, _, _ := activeSlots(d.Platform)
		dump := rotten(d.Container(g), func(app []byte) {
			b, _ := private.Of(app)
			fillWith(b[:len(b)/2], 0)
		})
		_, after := mustRepair(t, dump, repair.Options{Backups: []repair.Backup{{Name: "b", Data: keyOf(d).DeviceDER()}}})
		wantKey(t, after, d)
	})
}

// backupsOf are the kinds of backup that the contract names, all of one device.
func backupsOf(t *testing.T, d fuzz.Device, container []byte) map[string][]byte {
	t.Helper()
	key := keyOf(d)
	out := map[string][]byte{
		"der":             key.MinimalDER(),
		"slot":            append(key.DeviceDER(), bytes.Repeat([]byte{0xFF}, 71)...),
		"helper record":   d.HelperRecord(),
		"record in image": append(bytes.Repeat([]byte{0xFF}, 33), d.HelperRecord()...),
		"another dump":    container,
		"app dump":        d.App(),
		"flash dump":      append(bytes.Repeat([]byte{0x5A}, layout.FlashOffset), append(bytes.Clone(container), make([]byte, 1000)...)...),
	}
	var pkcs8 []byte
	if d.RSA != nil {
		out["pem"] = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: key.MinimalDER()})
		parsed, err := x509.ParsePKCS1PrivateKey(key.MinimalDER())
		if err != nil {
			t.Fatal(err)
		}
		pkcs8, _ = x509.MarshalPKCS8PrivateKey(parsed)
	} else {
		params := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7}})
		out["pem"] = append(params, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: key.DeviceDER()})...)
		parsed, err := ecdh.P256().NewPrivateKey(key.DeviceDER()[7:39])
		if err != nil {
			t.Fatal(err)
		}
		pkcs8, _ = x509.MarshalPKCS8PrivateKey(parsed)
	}
	out["pkcs8"] = pkcs8
	out["pkcs8 pem"] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return out
}

func TestPrivateKeyRestoredFromEveryKindOfBackup(t *testing.T) {
	eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
		private, _, server, _ := activeSlots(d.Platform)
		dump := damaged(d, g, true, func(app []byte) {
			b, _ := private.Of(app)
			fillWith(b[:len(b)-1], 0x3C)
			b, _ = server.Of(app)
			fillWith(b, 0)
		})
		if got := repair.Diagnose(dct.Recognise(dump, dct.Hint{}), dct.Options{}).Verdict; got != dct.Broken {
			t.Errorf("Diagnose without a backup = %s, want broken", got)
		}
		for kind, data := range backupsOf(t, d, d.Container(g)) {
			t.Run(kind, func(t *testing.T) {
				_, after := mustRepair(t, dump, repair.Options{Backups: []repair.Backup{{Name: kind, Data: data}}})
				wantKey(t, after, d)
			})
		}
	})
}

func TestBackupRefused(t *testing.T) {
	d, other := fuzz.NewDevice(layout.Electron, 1), fuzz.NewDevice(layout.Electron, 2)
	d.CachedKey = fuzz.CacheSPKI
	private, _, _, _ := activeSlots(layout.Electron)
	dump := damaged(d, dct.V2b, true, func(app []byte) {
		b, _ := private.Of(app)
		fillWith(b, 0)
	})
	torn := d.HelperRecord()
	torn[20] ^= 1
	zeros := append(append([]byte{0x63, 0x5C, 0xA6, 0x75, 0x40, 1, 0, 0}, make([]byte, 320)...), make([]byte, 4000)...)
	photon := fuzz.NewDevice(layout.Photon, 3)
	for name, data := range map[string][]byte{
		"record with a wrong sum":      torn,
		"record of zeros":              zeros,
		"another device's key":         other.EC.DeviceDER(),
		"a key of another kind":        photon.RSA.MinimalDER(),
		"a cut key":                    d.EC.DeviceDER()[:100],
		"text":                         []byte("not a key"),
		"nothing":                      {},
		"a public key":                 d.EC.Public(),
		"a record cut short":           d.HelperRecord()[:200],
		"a record of impossible size":  append([]byte{0x63, 0x5C, 0xA6, 0x75, 1, 1, 0, 0}, make([]byte, 400)...),
		"a PEM file without any block": []byte("-----BEGIN nothing"),
	} {
		result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{Backups: []repair.Backup{{Name: name, Data: data}}})
		if result.Image != nil {
			t.Errorf("%s: Run planned %+v, want nothing", name, result.Report.Steps)
		}
		if len(result.Report.Notes) == 0 {
			t.Errorf("%s: no note says why it was not used", name)
		}
	}

	// The user may insist.
	accept := repair.Options{
		Backups: []repair.Backup{{Name: "other", Data: other.EC.DeviceDER()}},
		Accept:  []string{other.EC.Fingerprint()},
	}
	_, after := mustRepair(t, dump, accept)
	wantKey(t, after, other)
}

func TestSeveralBackupsThatDisagree(t *testing.T) {
	d, other := fuzz.NewDevice(layout.Electron, 1), fuzz.NewDevice(layout.Electron, 2)
	private, _, _, _ := activeSlots(layout.Electron)
	dump := damaged(d, dct.V1, true, func(app []byte) {
		b, _ := private.Of(app)
		fillWith(b, 0)
	})
	both := []repair.Backup{{Name: "a", Data: d.EC.DeviceDER()}, {Name: "b", Data: other.EC.DeviceDER()}}
	if result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{Backups: both}); result.Image != nil {
		t.Errorf("two keys, no witness: Run planned %+v, want nothing", result.Report.Steps)
	}
	_, after := mustRepair(t, dump, repair.Options{Backups: both, Accept: []string{d.EC.Fingerprint()}})
	wantKey(t, after, d)
}

func TestServerSlotsGetTheCloudsOwn(t *testing.T) {
	eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
		_, _, server, address := activeSlots(d.Platform)
		for _, fill := range []byte{0x00, 0x77} {
			dump := damaged(d, g, true, func(app []byte) {
				for _, s := range []layout.Slot{server, address} {
					b, _ := s.Of(app)
					fillWith(b, fill)
				}
			})
			_, after := mustRepair(t, dump, repair.Options{})
			current, _ := after.Current()
			if b, _ := server.Of(after.AppBytes(current)); !bytes.HasPrefix(b, dct.CloudKey(server.Transport)) {
				t.Errorf("server key is not the cloud's")
			}
			if b, _ := address.Of(after.AppBytes(current)); !bytes.Equal(b, dct.CloudAddress(address.Transport)) {
				t.Errorf("server address is not the cloud's")
			}
		}
	})
}

func TestPrivateCloudIsKept(t *testing.T) {
	eachDevice(t, func(t *testing.T, d fuzz.Device, g dct.Generation) {
		_, _, server, address := activeSlots(d.Platform)
		m := dct.Recognise(damaged(d, g, true, func(app []byte) {
			b, _ := address.Of(app)
			copy(b, "\x01\x11cloud.example.org")
			b, _ = server.Of(app)
			fillWith(b, 0)
		}), dct.Hint{})
		result := repair.Run(m, repair.Options{})
		if result.Image != nil || len(result.Report.Notes) == 0 {
			t.Errorf("key lost beside a private address: Run planned %+v, notes %q; want none and a note", result.Report.Steps, result.Report.Notes)
		}
		if result.Report.Verdict != dct.Broken {
			t.Errorf("verdict %s, want broken: the image alone does not suffice", result.Report.Verdict)
		}
	})
}

func TestTransportByteSetBack(t *testing.T) {
	for _, b := range []byte{0xFE, 0x7F, 0x00} {
		d := fuzz.NewDevice(layout.Electron, 5)
		dump := damaged(d, dct.V2b, true, func(app []byte) { app[layout.TransportOffset] = b })
		if got := repair.Diagnose(dct.Recognise(dump, dct.Hint{}), dct.Options{}).Verdict; got != dct.Damaged {
			t.Errorf("byte 2977 = %02X: Diagnose = %s, want damaged", b, got)
		}
		_, after := mustRepair(t, dump, repair.Options{})
		wantKey(t, after, d)
	}
}

func TestFailedReadIsNeverRepaired(t *testing.T) {
	for _, hint := range []layout.Platform{"", layout.Electron, layout.Photon} {
		for _, fill := range []byte{0x00, 0xFF, 0x20} {
			m := dct.Recognise(bytes.Repeat([]byte{fill}, layout.ContainerSize), dct.Hint{Platform: hint})
			d := fuzz.NewDevice(layout.Electron, 1)
			result := repair.Run(m, repair.Options{Backups: []repair.Backup{{Name: "b", Data: d.EC.DeviceDER()}}})
			if result.Image != nil || result.Report.Verdict != dct.NotADCT {
				t.Errorf("all %02X, hint %q: verdict %s, image %v", fill, hint, result.Report.Verdict, result.Image != nil)
			}
		}
	}
}

func TestAppDumpIsWrittenWithoutItsSpill(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 9)
	for _, c := range []struct{ size, want int }{{16384, 8391}, {8391, 8391}, {4258, 4258}, {5000, 4258}} {
		dump := append(d.App(), bytes.Repeat([]byte{0xEE}, 8000)...)[:c.size]
		dump[3106] = 0xFF
		result, _ := mustRepair(t, dump, repair.Options{})
		if got := len(result.Image); got != c.want {
			t.Errorf("dump of %d bytes: output of %d, want %d", c.size, got, c.want)
		}
	}
}

func TestOnlyAndSkip(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 4)
	private, _, server, _ := activeSlots(layout.Electron)
	dump := damaged(d, dct.V2b, true, func(app []byte) {
		app[private.Offset] = 0xFF
		b, _ := server.Of(app)
		fillWith(b, 0)
	})
	for name, o := range map[string]repair.Options{
		"only the private key": {Only: []string{private.Name}},
		"skip the server key":  {Skip: []dct.Code{dct.ServerKeyNull}},
	} {
		result := repair.Run(dct.Recognise(dump, dct.Hint{}), o)
		for _, s := range result.Report.Steps {
			if s.Slot != nil && *s.Slot != private.Name {
				t.Errorf("%s: step for %s", name, *s.Slot)
			}
		}
		if got := len(result.Report.Unrepaired); got != 1 {
			t.Errorf("%s: %d findings unrepaired, want 1", name, got)
		}
	}
}

// Byte 2977 flipped and the key behind it gone as well: the erased TCP slot
// still shows that the device never ran on TCP, so the backup has a place.
func TestTransportByteSetBackBesideALostKey(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 6)
	dump := damaged(d, dct.V1, true, func(app []byte) {
		app[layout.TransportOffset] = 0xFB
		fillWith(app[3106:3106+150], 0x6B)
	})
	_, after := mustRepair(t, dump, repair.Options{Backups: []repair.Backup{{Name: "record", Data: d.HelperRecord()}}})
	wantKey(t, after, d)
}

// An Electron that really is on TCP keeps its transport.
func TestProvisionedTCPIsKept(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 6)
	d.RSA = fuzz.RSAKey(6)
	dump := damaged(d, dct.V2b, true, func(app []byte) { app[layout.TransportOffset] = 0 })
	result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{})
	if result.Image != nil || result.Report.Verdict != dct.Healthy {
		t.Errorf("Run = %s with steps %+v, want healthy and none", result.Report.Verdict, result.Report.Steps)
	}
}

// The other copy's key is of use even where it needs rebuilding itself.
func TestOtherCopyRebuilt(t *testing.T) {
	for _, platform := range []layout.Platform{layout.Electron, layout.Photon} {
		d := fuzz.NewDevice(platform, 8)
		private, _, _, _ := activeSlots(platform)
		current, before := d.App(), d.App()
		b, _ := private.Of(current)
		fillWith(b, 0)
		b, _ = private.Of(before)
		b[0], b[1] = 0x99, 0x99
		g := dct.V2b
		if platform == layout.Photon {
			g = dct.W37
		}
		_, after := mustRepair(t, fuzz.Container(g, current, before), repair.Options{})
		wantKey(t, after, d)
	}
}

// What a rebuilt slot must not come from: a scalar whose point is nowhere, and
// primes that belong to no modulus in the slot.
func TestNothingUnprovenIsRebuilt(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 12)
	d.ByCLI = true
	ec := damaged(d, dct.V2b, true, func(app []byte) { app[3106+20] ^= 4 }) // one bit of d
	p := fuzz.NewDevice(layout.Photon, 12)
	rsa := damaged(p, dct.W37, true, func(app []byte) {
		app[34+290] ^= 4 // one bit of each prime
		app[34+350] ^= 4
	})
	for name, dump := range map[string][]byte{"d flipped": ec, "both primes flipped": rsa} {
		result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{})
		if result.Image != nil || result.Report.Verdict != dct.Broken {
			t.Errorf("%s: Run = %s with steps %+v, want broken and none", name, result.Report.Verdict, result.Report.Steps)
		}
	}
}

// A dump that ends early is repaired as far as it goes, and never written to
// behind its end.
func TestShortDumps(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 15)
	for _, platform := range []layout.Platform{layout.Electron, layout.Photon, layout.Boron} {
		for _, size := range []int{1, 2, 34, 646, 2082, 2465, 2466, 2977, 2978, 2979, 3106, 3297, 3298, 3489, 3490, 3618, 4257} {
			for _, transport := range []byte{0xFF, 0x00} {
				dump := d.App()
				dump[layout.TransportOffset] = transport
				clear(dump[2082:2800])
				clear(dump[3298:3400])
				dump = dump[:size:size]
				result := repair.Run(dct.Recognise(dump, dct.Hint{Platform: platform}), repair.Options{})
				if result.Image != nil && len(result.Image) != size {
					t.Errorf("%s, %d bytes: the repaired image has %d", platform, size, len(result.Image))
				}
				for _, s := range result.Report.Steps {
					if s.Offset+s.Length > size {
						t.Errorf("%s, %d bytes: a step for [%d,%d)", platform, size, s.Offset, s.Offset+s.Length)
					}
				}
			}
		}
	}
}
