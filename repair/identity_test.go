package repair_test

import (
	"bytes"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
	"github.com/dctkit/dctkit/repair"
)

// What a repair does where two different keys are in play.

// twoKeys is a container whose current copy has the second device's key and
// whose older copy the first one's.
func twoKeys(g dct.Generation, older, current fuzz.Device) []byte {
	return fuzz.Container(g, current.App(), older.App())
}

func TestWeakOwnKeyYieldsToTheKeyItNearlyIs(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 31)
	d.ByCLI = true
	damage := func(app []byte) {
		app[3106+20] ^= 0x10              // one bit of d
		fillWith(app[3106+51:3298], 0xFF) // and nothing left to show it
	}
	current := d.App()
	damage(current)
	_, after := mustRepair(t, fuzz.Container(dct.V2b, current, d.App()), repair.Options{})
	wantKey(t, after, d)

	_, after = mustRepair(t, damaged(d, dct.V2b, true, damage), repair.Options{
		Backups: []repair.Backup{{Name: "key", Data: d.EC.DeviceDER()}},
	})
	wantKey(t, after, d)

	// Somebody else's key is no reason to give up one that works.
	other := fuzz.NewDevice(layout.Electron, 32)
	whole := damaged(d, dct.V2b, true, func(app []byte) { fillWith(app[3106+51:3298], 0xFF) })
	result := repair.Run(dct.Recognise(whole, dct.Hint{}), repair.Options{
		Backups: []repair.Backup{{Name: "key", Data: other.EC.DeviceDER()}},
	})
	if result.Image != nil || len(result.Report.Notes) == 0 {
		t.Errorf("another's key as backup: Run planned %+v, want nothing and a note", result.Report.Steps)
	}
}

func TestNewerCopyIsSealedWhereNoReaderHasOne(t *testing.T) {
	for _, c := range []struct {
		g dct.Generation
		p layout.Platform
	}{{dct.V2b, layout.Electron}, {dct.W37, layout.Photon}} {
		older, current := fuzz.NewDevice(c.p, 41), fuzz.NewDevice(c.p, 42)
		dump := twoKeys(c.g, older, current)
		if c.p == layout.Electron {
			clear(dump[:8]) // headers are outside the checksum
			clear(dump[layout.SectorSize:][:8])
		} else {
			// write_incomplete is outside it too
			dump[layout.WICEDWriteIncomplete], dump[layout.SectorSize+layout.WICEDWriteIncomplete] = 1, 1
		}
		result, after := mustRepair(t, dump, repair.Options{})
		wantKey(t, after, current)
		if len(result.Report.Notes) == 0 {
			t.Errorf("%s: no note tells of the other copy's key", c.g)
		}
		_, after = mustRepair(t, dump, repair.Options{Accept: []string{keyOf(older).Fingerprint()}})
		wantKey(t, after, older)
	}
}

func TestReadersThatDifferInTheKeySayWhichIsKept(t *testing.T) {
	older, current := fuzz.NewDevice(layout.Electron, 43), fuzz.NewDevice(layout.Electron, 44)
	dump := twoKeys(dct.V2b, older, current)
	dump[layout.SectorSize+5000] ^= 1 // v2 now reads the older copy, v1 this one
	result, after := mustRepair(t, dump, repair.Options{})
	wantKey(t, after, older)
	if len(result.Report.Notes) == 0 || !bytes.Contains([]byte(result.Report.Notes[0]), []byte(current.EC.Fingerprint())) {
		t.Errorf("notes %q do not name the other key", result.Report.Notes)
	}
	_, after = mustRepair(t, dump, repair.Options{Accept: []string{current.EC.Fingerprint()}})
	wantKey(t, after, current)
}

// The copy that an older firmware reads goes before a torn one.
func TestOlderReadersCopyIsKept(t *testing.T) {
	d := fuzz.NewDevice(layout.Photon, 45)
	dump := d.Container(dct.W33)
	copy(dump[layout.SectorSize:], dump[:layout.SectorSize])
	dump[layout.WICEDWriteIncomplete] = 1            // copy 0: torn
	dump[layout.SectorSize+layout.WICEDUsedSize] = 1 // copy 1: w37 refuses it, w33 does not mind
	m := dct.Recognise(dump, dct.Hint{})
	if i, ok := m.Current(); i != 1 || ok {
		t.Fatalf("Current = %d, %v; want 1, false", i, ok)
	}
	_, after := mustRepair(t, dump, repair.Options{})
	if i, _ := after.Current(); i != 1 {
		t.Errorf("repaired copy %d, want 1", i)
	}
}

func TestUsableTCPKeyKeepsTheTransport(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 46)
	d.RSA = fuzz.RSAKey(46)
	dump := damaged(d, dct.V2b, true, func(app []byte) {
		app[layout.TransportOffset] = 0
		app[34+200] ^= 1 // d, which the device does not use
		clear(app[2082:2466])
	})
	_, after := mustRepair(t, dump, repair.Options{})
	if got, _ := after.Transport(0); got != layout.TCP {
		t.Errorf("transport %s, want tcp", got)
	}
}

// Errors that nothing mends are no reason to write a file for a warning.
func TestNoImageWhereNoErrorIsMended(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 47)
	current, before := d.App(), d.App()
	for _, app := range [][]byte{current, before} {
		clear(app[3106 : 3106+192])
	}
	before[1852] ^= 1
	dump := fuzz.Container(dct.V2b, current, before)
	dump[layout.SectorSize+5000] ^= 1 // readers differ, not in keys
	result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{})
	if result.Image != nil || len(result.Report.Steps) != 0 || len(result.Report.Unrepaired) != 1 {
		t.Errorf("Run: steps %+v, unrepaired %d, want none and the key", result.Report.Steps, len(result.Report.Unrepaired))
	}
}

func TestOnlyDoesNotSettleTheContainer(t *testing.T) {
	for _, s := range fuzz.Samples() {
		if s.Name != "electron-torn-write.bin" {
			continue
		}
		result := repair.Run(dct.Recognise(s.Build(), dct.Hint{}), repair.Options{Only: []string{"alt_server_address"}})
		if result.Image != nil {
			t.Errorf("Run planned %+v, want nothing", result.Report.Steps)
		}
	}
}

// Gen 2 firmware does not look at the length of an IPv4 address, and takes a
// NUL for the end of a name: such an address works and is not replaced.
func TestPrivateAddressThatWorksIsKept(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 48)
	for _, address := range []string{
		"\x00\x00\x0A\x00\x00\x05", "\x00\xFF\x0A\x00\x00\x05", "\x01\x0Ccloud.eu\x00\x00\x00\x00",
	} {
		dump := damaged(d, dct.V2b, true, func(app []byte) { copy(app[3490:], address) })
		result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{})
		if result.Image != nil || result.Report.Verdict != dct.Healthy {
			t.Errorf("%q: Run = %s, steps %+v; want healthy and none", address, result.Report.Verdict, result.Report.Steps)
		}
	}
}

func TestBackupsAmongOtherThings(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 49)
	dump := damaged(d, dct.V1, true, func(app []byte) { clear(app[3106 : 3106+192]) })
	record := d.HelperRecord()
	bad := bytes.Clone(record)
	bad[50] ^= 1
	for name, data := range map[string][]byte{
		"junk that begins like DER":  append([]byte("0123"), record...),
		"a bad record before a good": append(bad, record...),
		"two keys in one PEM": append(
			backupsOf(t, fuzz.NewDevice(layout.Photon, 49), nil)["pem"], backupsOf(t, d, nil)["pem"]...),
	} {
		_, after := mustRepair(t, dump, repair.Options{Backups: []repair.Backup{{Name: name, Data: data}}})
		if t.Failed() {
			t.Fatal(name)
		}
		wantKey(t, after, d)
	}
	encrypted := "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
	result := repair.Run(dct.Recognise(dump, dct.Hint{}), repair.Options{Backups: []repair.Backup{{Name: "e", Data: []byte(encrypted)}}})
	if len(result.Report.Notes) != 1 || !bytes.Contains([]byte(result.Report.Notes[0]), []byte("encrypted")) {
		t.Errorf("notes %q, want one that says encrypted", result.Report.Notes)
	}
}
