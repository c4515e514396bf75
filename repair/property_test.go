package repair_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
	"github.com/dctkit/dctkit/repair"
)

// drawDamage changes a container in one of the ways that the field knows.
func drawDamage(t *rapid.T, dump []byte) {
	at := rapid.IntRange(0, len(dump)-1).Draw(t, "at")
	length := min(rapid.IntRange(1, 700).Draw(t, "length"), len(dump)-at)
	run := dump[at : at+length]
	switch kind := rapid.SampledFrom([]string{"flip", "fill", "noise", "and", "header", "slot"}).Draw(t, "kind"); kind {
	case "flip":
		for range rapid.IntRange(1, 8).Draw(t, "flips") {
			i := rapid.IntRange(0, len(dump)*8-1).Draw(t, "bit")
			dump[i/8] ^= 1 << (i % 8)
		}
	case "fill":
		fillWith(run, rapid.SampledFrom([]byte{0x00, 0xFF, 0xA5}).Draw(t, "with"))
	case "noise":
		copy(run, rapid.SliceOfN(rapid.Byte(), length, length).Draw(t, "noise"))
	case "and":
		for i := range run {
			run[i] &= rapid.Byte().Draw(t, "mask")
		}
	case "header":
		copyAt := rapid.IntRange(0, 1).Draw(t, "copy") * layout.SectorSize
		dump[copyAt+rapid.IntRange(0, 15).Draw(t, "header byte")] = rapid.Byte().Draw(t, "value")
	case "slot":
		slots := layout.Slots(layout.Unknown)
		slot := rapid.SampledFrom(slots).Draw(t, "slot")
		m := dct.Recognise(dump, dct.Hint{})
		if m.Copies() == 2 {
			b, _ := slot.Of(m.AppBytes(rapid.IntRange(0, 1).Draw(t, "copy")))
			fillWith(b[:rapid.IntRange(1, len(b)).Draw(t, "bytes")], rapid.Byte().Draw(t, "value"))
		}
	}
}

// TestNeverWorse: whatever the damage, a repair changes only what its plan
// names, leaves no more errors than there were, does nothing a second time,
// and never writes a key that is not the device's own. Reports show no secret.
func TestNeverWorse(t *testing.T) {
	type subject struct {
		device    fuzz.Device
		container []byte
		secrets   [][]byte
	}
	var subjects []subject
	for _, c := range devices {
		d := fuzz.NewDevice(c.platform, 21)
		private := keyOf(d).DeviceDER()
		secrets := [][]byte{private[7:39]} // an EC scalar
		if d.RSA != nil {
			secrets = [][]byte{private[148:276], private[279:343], private[346:410], private[413:477], private[480:544]}
		}
		subjects = append(subjects, subject{d, d.Container(c.generation), secrets})
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(subjects).Draw(t, "device")
		dump := bytes.Clone(s.container)
		for range rapid.IntRange(1, 3).Draw(t, "damages") {
			drawDamage(t, dump)
		}
		before := bytes.Clone(dump)
		m := dct.Recognise(dump, dct.Hint{Platform: s.device.Platform})
		result := repair.Run(m, repair.Options{})
		if !bytes.Equal(before, dump) {
			t.Fatal("Run changed its input")
		}
		text, err := json.Marshal(result.Report)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range s.secrets {
			for at := 0; at+12 <= len(secret); at++ {
				if window := secret[at : at+12]; bytes.Contains(text, window) || bytes.Contains(text, []byte(hex.EncodeToString(window))) {
					t.Fatalf("the report shows bytes of the private key")
				}
			}
		}
		if result.Image == nil {
			return
		}
		planned := make([]bool, len(dump))
		for _, step := range result.Report.Steps {
			for i := step.Offset; i < step.Offset+step.Length; i++ {
				planned[i] = true
			}
		}
		for i := range dump {
			if dump[i] != result.Image[i] && !planned[i] {
				t.Fatalf("byte %d changed without a step", i)
			}
		}
		after := dct.Recognise(result.Image, dct.Hint{Platform: s.device.Platform})
		report := repair.Diagnose(after, dct.Options{})
		if got, had := report.Count(dct.SeverityError), result.Report.Count(dct.SeverityError); got > had {
			t.Fatalf("%d errors after the repair, %d before: %+v", got, had, report.Findings)
		}
		if again := repair.Run(after, repair.Options{}); again.Image != nil {
			t.Fatalf("a second repair plans %+v", again.Report.Steps)
		}
		private, _, _, _ := activeSlots(s.device.Platform)
		current, _ := after.Current()
		b, ok := private.Of(after.AppBytes(current))
		if key, err := asn1check.ParsePrivateKey(b); ok && err == nil && key.Fingerprint() != keyOf(s.device).Fingerprint() {
			t.Fatalf("the repaired image holds key %s, the device's is %s", key.Fingerprint(), keyOf(s.device).Fingerprint())
		}
	})
}

func FuzzRun(f *testing.F) {
	for _, s := range fuzz.Samples() {
		if data := s.Build(); !s.Backup {
			f.Add(data, []byte("backup"))
		} else {
			f.Add([]byte{}, data)
		}
	}
	f.Fuzz(func(t *testing.T, dump, backup []byte) {
		for _, hint := range []layout.Platform{"", layout.Electron, layout.Photon} {
			m := dct.Recognise(dump, dct.Hint{Platform: hint})
			result := repair.Run(m, repair.Options{Backups: []repair.Backup{{Name: "b", Data: backup}}})
			if (result.Image == nil) != (len(result.Report.Steps) == 0) {
				t.Errorf("%d steps, image %v", len(result.Report.Steps), result.Image != nil)
			}
			if m.FailedRead != "" && result.Image != nil {
				t.Error("a failed read was repaired")
			}
		}
	})
}

func BenchmarkDiagnose(b *testing.B) {
	for _, c := range devices {
		d := fuzz.NewDevice(c.platform, 31)
		m := dct.Recognise(d.Container(c.generation), dct.Hint{})
		b.Run(fmt.Sprintf("%s-%s-healthy", c.platform, c.generation), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				repair.Diagnose(m, dct.Options{})
			}
		})
	}
}

func BenchmarkRun(b *testing.B) {
	for _, s := range fuzz.Samples() {
		if s.Backup {
			continue
		}
		m := dct.Recognise(s.Build(), dct.Hint{})
		b.Run(s.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				repair.Run(m, repair.Options{})
			}
		})
	}
}

// TestKeysAreNeverSwappedUnasked: the older copy holds another device key, as
// after a device made itself a new one. Whatever the damage, a sound key that
// the newest firmware reads stays, and no third key comes up.
func TestKeysAreNeverSwappedUnasked(t *testing.T) {
	type subject struct {
		older, current fuzz.Device
		container      []byte
	}
	var subjects []subject
	for _, c := range devices {
		if c.generation == dct.W33 {
			continue // keeps no older copy
		}
		older, current := fuzz.NewDevice(c.platform, 51), fuzz.NewDevice(c.platform, 52)
		subjects = append(subjects, subject{older, current, twoKeys(c.generation, older, current)})
	}
	keyRead := func(m dct.Image, p layout.Platform) string {
		private, _, _, _ := activeSlots(p)
		i, ok := m.Current()
		if t, _ := m.Transport(i); !ok || t != private.Transport {
			return ""
		}
		b, _ := private.Of(m.AppBytes(i))
		if key, err := asn1check.ParsePrivateKey(b); err == nil {
			return key.Fingerprint()
		}
		return ""
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(subjects).Draw(t, "devices")
		dump := bytes.Clone(s.container)
		for range rapid.IntRange(1, 3).Draw(t, "damages") {
			drawDamage(t, dump)
		}
		m := dct.Recognise(dump, dct.Hint{Platform: s.current.Platform})
		before := keyRead(m, s.current.Platform)
		result := repair.Run(m, repair.Options{})
		if result.Image == nil {
			return
		}
		after := keyRead(dct.Recognise(result.Image, dct.Hint{Platform: s.current.Platform}), s.current.Platform)
		known := after == "" || after == keyOf(s.older).Fingerprint() || after == keyOf(s.current).Fingerprint()
		if !known || before != "" && after != before {
			t.Fatalf("key %q before, %q after; the copies had %s and %s",
				before, after, keyOf(s.older).Fingerprint(), keyOf(s.current).Fingerprint())
		}
	})
}
