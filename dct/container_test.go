package dct_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// copyWords is a copy's report in one line.
func copyWords(c dct.CopyReport) string {
	return fmt.Sprintf("%s %s %s", c.Header, c.CRC, text(c.Counter))
}

// The contract's table of copies for the Electron, with every state that a
// power loss leaves (containers.md 2.6).
func TestDCDCopyStates(t *testing.T) {
	device := fuzz.NewDevice(layout.Electron, 1)
	v1, v2 := device.Container(dct.V1), device.Container(dct.V2b)
	current, superseded := v2[layout.SectorSize:], v2[:layout.SectorSize]
	header := func(bytes string) []byte { return with(current, 0, []byte(bytes)...) }
	const valid = "\x9A\x27\x1C\x1E\x00\x5E\xA1\xED"
	noFooter := with(current, 0x3FE0, repeated(0xFF, 32)...) // as v2a copies it from v1 (containers.md 2.7)
	v2aOverV1 := with(noFooter, 0x3FF0, 0xFD)
	v2aOverV1 = with(v2aOverV1, 0x3FFC, binary.LittleEndian.AppendUint32(nil, dct.DCDChecksum(v2aOverV1))...)

	type row struct {
		name  string
		bytes []byte
		want  string
	}
	rows := []row{
		{"current of v2", current, "valid ok 3"},
		{"superseded of v2", superseded, "superseded ok 2"},
		{"current of v1", v1[layout.SectorSize:], "valid absent null"},
		{"cleared by v1", v1[:layout.SectorSize], "cleared absent null"},
		{"v2 written over by v1, checksum stale", flipped(current, 3000, 1), "valid bad 3"},
		{"checksum damaged", flipped(current, 0x3FFD, 1), "valid bad 3"},
		{"footer watermark lost", flipped(current, 0x3FF8, 1), "valid absent null"},
		{"checksum right without a footer", v2aOverV1, "valid ok 1"},
		{"checksum wrong without a footer", flipped(v2aOverV1, 100, 1), "valid absent null"},
		{"erased", repeated(0xFF, layout.SectorSize), "erased absent null"},
		{"zeros", make([]byte, layout.SectorSize), "bad absent null"},
		{"one byte not erased", with(repeated(0xFF, layout.SectorSize), 5000, 0), "incomplete absent null"},
		{"random", junk(8, layout.SectorSize), "bad absent null"},
		{"watermark damaged", header("\x9A\x27\x1C\x1F\x00\x5E\xA1\xED"), "bad ok 3"},
		{"seal damaged", header("\x9A\x27\x1C\x1E\x00\x5E\xA1\xEC"), "bad ok 3"},
		{"seal of the prototype", header("\x1E\x1C\x27\x94\xED\xA1\x5E\x00"), "bad ok 3"},
	}
	for n := range 8 { // header bytes programmed, in rising order
		torn := valid[:n] + strings.Repeat("\xFF", 8-n)
		rows = append(rows, row{fmt.Sprintf("header torn after %d bytes", n), header(torn), "incomplete ok 3"})
	}
	for _, seal := range []string{
		"\x00\x0C\xA1\xED", "\x00\x0C\xA0\xED", // on the way to INVALID_V2
		"\x00\x00\xA1\xED", "\x00\x00\x00\xED", // on the way to CLEARED
	} {
		rows = append(rows, row{fmt.Sprintf("seal torn at % X", seal), header(valid[:4] + seal), "incomplete ok 3"})
	}
	for _, row := range rows {
		for i, image := range [][]byte{append(bytes.Clone(row.bytes), current...), append(bytes.Clone(current), row.bytes...)} {
			r := checked(image, layout.Electron)
			if got := copyWords(r.Copies[i]); got != row.want {
				t.Errorf("%s as copy %d: %s, want %s", row.name, i, got, row.want)
			}
			if got := copyWords(r.Copies[1-i]); got != "valid ok 3" {
				t.Errorf("beside %s: %s, want valid ok 3", row.name, got)
			}
		}
	}
}

// The same for Photon and P1.
func TestWICEDCopyStates(t *testing.T) {
	device := fuzz.NewDevice(layout.Photon, 1)
	w33, w37 := device.Container(dct.W33), device.Container(dct.W37)
	current, superseded := w37[layout.SectorSize:], w37[:layout.SectorSize]
	for _, row := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"current of w37", current, "valid ok 8"},
		{"superseded of w37, byte 9 taken as 1", superseded, "superseded ok 7"},
		{"superseded and then changed", flipped(superseded, 9000, 3), "superseded bad 7"},
		{"current of w33", w33[:layout.SectorSize], "valid absent null"},
		{"erased by w33", w33[layout.SectorSize:], "erased absent null"},
		{"superseded of w33", with(w33[:layout.SectorSize], 9, 0), "superseded absent null"},
		{"write incomplete", with(current, 8, 1), "incomplete ok 8"}, // byte 8 is taken as 0
		{"write incomplete, any value", with(current, 8, 0xFF), "incomplete ok 8"},
		{"body changed", flipped(current, 9000, 3), "valid bad 8"},
		{"checksum changed", flipped(current, 0x3FF8, 3), "valid bad 8"},
		{"sequence changed", with(current, 0x3FFD, 9), "valid bad 9"},
		{"initial_write is no part of the checksum", with(current, 0x3FFC, 0xFF), "valid ok 8"},
		{"record magic lost", flipped(current, 0x3FF0, 3), "valid absent null"},
		{"version 0", with(current, 0x3FF6, 0, 0), "valid absent null"},
		{"version too high", with(current, 0x3FF6, 0x71, 0x03), "valid absent null"},
		{"is_current neither 0 nor 1", with(current, 9, 2), "bad bad 8"},
		{"is_current erased", with(current, 9, 0xFF), "bad bad 8"},
		{"magic lost", flipped(current, 12, 3), "bad bad 8"},
		{"erased", repeated(0xFF, layout.SectorSize), "erased absent null"},
		{"header erased", with(current, 0, repeated(0xFF, 0x184)...), "bad bad 8"},
		{"zeros", make([]byte, layout.SectorSize), "bad absent null"},
		{"random", junk(8, layout.SectorSize), "bad absent null"},
	} {
		for i, image := range [][]byte{append(bytes.Clone(row.bytes), current...), append(bytes.Clone(current), row.bytes...)} {
			r := checked(image, layout.Photon)
			if got := copyWords(r.Copies[i]); got != row.want {
				t.Errorf("%s as copy %d: %s, want %s", row.name, i, got, row.want)
			}
		}
	}
}

// Offsets of copies: of the copy and of its application DCT, in the file.
func TestCopyOffsets(t *testing.T) {
	electron, photon := fuzz.ElectronFactory(), fuzz.PhotonFactory(true)
	for _, c := range []struct {
		name string
		data []byte
		want [][2]int // offset, app_offset
	}{
		{"electron", electron, [][2]int{{0, 8}, {16384, 16392}}},
		{"photon", photon, [][2]int{{0, 7548}, {16384, 23932}}},
		{"whole flash", with(junk(1, 65536), 16384, electron...), [][2]int{{16384, 16392}, {32768, 32776}}},
		{"application", fuzz.NewDevice(layout.Boron, 1).App(), [][2]int{{0, 0}}},
	} {
		var got [][2]int
		r := checked(c.data, "")
		for i, copyReport := range r.Copies {
			got = append(got, [2]int{copyReport.Offset, copyReport.AppOffset})
			if copyReport.Index != i {
				t.Errorf("%s: copy %d has index %d", c.name, i, copyReport.Index)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: offsets (-want +got):\n%s", c.name, diff)
		}
	}
	app := checked(fuzz.NewDevice(layout.Boron, 1).App(), "").Copies
	if got := copyWords(app[0]); got != "none absent null" {
		t.Errorf("application alone: %s, want none absent null", got)
	}
}

// readerWords is the choice of every reader, as "v1 1, v2a 1, v2b null".
func readerWords(r dct.Report) string {
	var parts []string
	for _, reader := range r.Readers {
		parts = append(parts, reader.ID+" "+text(reader.Current))
	}
	return strings.Join(parts, ", ")
}

// containerFindings are the codes about the container, with their severity.
func containerFindings(r dct.Report) string {
	var parts []string
	for _, f := range r.Findings {
		if strings.HasPrefix(string(f.Code), "DCT2") {
			parts = append(parts, fmt.Sprintf("%s %s", f.Name, f.Severity))
		}
	}
	return strings.Join(parts, ", ")
}

// What readers choose and what it means for the device (contract, findings:
// Container).
func TestReadersAndContainerFindings(t *testing.T) {
	electron, photon := fuzz.NewDevice(layout.Electron, 1), fuzz.NewDevice(layout.Photon, 1)
	app, photonApp := electron.App(), photon.App()
	otherKey := with(app, 3106, fuzz.ECKey(other).DeviceDER()...)
	seal := func(container []byte, i int, seal uint32) []byte {
		return with(container, i*layout.SectorSize+4, binary.LittleEndian.AppendUint32(nil, seal)...)
	}
	// v2b writing from copy 1 to copy 0, power lost before it retired copy 1:
	// v1 reads the old data, v2 the new (containers.md 2.6).
	tornDCD := func(current, before []byte) []byte {
		return seal(swapped(fuzz.Container(dct.V2b, current, before)), 1, layout.DCDSealValid)
	}
	// w37 between its steps 7 and 8, the new data in copy 1: w33 sees two
	// current copies and takes 0, the old (containers.md 3.3, 3.4).
	tornWICED := func(current, before []byte) []byte {
		return with(fuzz.Container(dct.W37, current, before), 9, 1)
	}
	const twoMismatches = ", checksum-mismatch info, checksum-mismatch info"
	headless := func(container []byte) []byte {
		out := bytes.Clone(container)
		clear(out[:8])
		clear(out[layout.SectorSize:][:8])
		return out
	}
	settled, settledPhoton := electron.Container(dct.V2b), photon.Container(dct.W37)
	oneWrite := fuzz.Container(dct.V2b, app, app)
	tooFull := with(with(settledPhoton, 4, 1), layout.SectorSize+4, 1)

	for _, c := range []struct {
		name     string
		image    []byte
		hint     layout.Platform
		readers  string
		findings string
		verdict  dct.Verdict
		copy     int // the judged one
	}{
		{"settled, v1", electron.Container(dct.V1), "", "v1 1, v2a 1, v2b 1", "", dct.Healthy, 1},
		{"settled, v2a", electron.Container(dct.V2a), "", "v1 1, v2a 1, v2b 1", "", dct.Healthy, 1},
		{"settled, v2b", settled, "", "v1 1, v2a 1, v2b 1", "", dct.Healthy, 1},
		{"settled, v2b, copy 0 current", swapped(settled), "", "v1 0, v2a 0, v2b 0", "", dct.Healthy, 0},
		{"settled, w33", photon.Container(dct.W33), "", "w33 0, w37 0", "", dct.Healthy, 0},
		{"settled, w37", settledPhoton, "", "w33 1, w37 1", "", dct.Healthy, 1},

		{"torn, keys differ", tornDCD(otherKey, app), "", "v1 1, v2a 0, v2b 0", "readers-differ-on-keys error", dct.Broken, 0},
		{"torn, another transport", tornDCD(app, with(app, 2977, 0)), "", "v1 1, v2a 0, v2b 0", "readers-differ-on-keys error", dct.Broken, 0},
		{"torn, server address differs", tornDCD(app, with(app, 3556, 0x16, 0x34)), "", "v1 1, v2a 0, v2b 0", "readers-differ-on-keys error", dct.Broken, 0},
		{"torn, an inactive slot differs", tornDCD(app, with(app, 2100, 1)), "", "v1 1, v2a 0, v2b 0", "readers-differ warning", dct.Healthy, 0},
		{"torn, the claim differs", tornDCD(app, with(app, 1825, 0xFF)), "", "v1 1, v2a 0, v2b 0", "readers-differ warning", dct.Healthy, 0},
		{"torn, nothing differs", tornDCD(app, app), "", "v1 1, v2a 0, v2b 0", "", dct.Healthy, 0},
		{"torn photon, keys differ", tornWICED(photonApp, with(photonApp, 34, fuzz.RSAKey(other).DeviceDER()...)), "", "w33 0, w37 1", "readers-differ-on-keys error", dct.Broken, 1},
		{"torn photon, the claim differs", tornWICED(photonApp, with(photonApp, 1825, 0xFF)), "", "w33 0, w37 1", "readers-differ warning", dct.Healthy, 1},

		// Only v2b takes a superseded copy for one.
		{"both superseded", seal(oneWrite, 1, layout.DCDSealInvalidV2), "", "v1 null, v2a null, v2b 0", "readers-differ-on-keys error", dct.Broken, 0},
		{"current header lost", with(settled, layout.SectorSize, 0), "", "v1 null, v2a null, v2b 1", "readers-differ-on-keys error", dct.Broken, 1},
		{"electron, both headers lost", headless(settled), "", "v1 null, v2a null, v2b null", "no-current-copy error", dct.Broken, 0},
		{"photon, both headers lost", with(with(settledPhoton, 8, 1), layout.SectorSize+12, 0), "", "w33 null, w37 null", "no-current-copy error" + twoMismatches, dct.Broken, 0},
		{"photon, w37 alone refuses both", tooFull, "", "w33 1, w37 null", "no-current-copy error, readers-differ-on-keys error" + twoMismatches, dct.Broken, 1},

		{"checksum wrong, choice as before", flipped(electron.Container(dct.V2b), 100, 0), "", "v1 1, v2a 1, v2b 1", "checksum-mismatch info", dct.Healthy, 1},
		{"photon, checksum wrong, choice as before", flipped(settledPhoton, layout.SectorSize+9000, 0), "", "w33 1, w37 1", "checksum-mismatch info", dct.Healthy, 1},
		{"named, whatever the bytes", junk(1, 32768), layout.Electron, "v1 null, v2a null, v2b null", "no-current-copy error", dct.Broken, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checked(c.image, c.hint)
			if got := readerWords(r); got != c.readers {
				t.Errorf("readers %s, want %s", got, c.readers)
			}
			if got := containerFindings(r); got != c.findings {
				t.Errorf("findings %q, want %q", got, c.findings)
			}
			if r.Verdict != c.verdict {
				t.Errorf("verdict %s, want %s (%v)", r.Verdict, c.verdict, r.Findings)
			}
			for _, s := range r.Slots {
				if s.Copy != c.copy {
					t.Fatalf("slots of copy %d, want %d", s.Copy, c.copy)
				}
			}
		})
	}
}

// --all-copies: the judged copy keeps its place, and the other is judged, too.
func TestAllCopies(t *testing.T) {
	image := fuzz.NewDevice(layout.Photon, 1).Container(dct.W37)
	r := dct.Check(dct.Recognise(image, dct.Hint{}), dct.Options{AllCopies: true})
	perCopy := map[int][]int{}
	for _, s := range r.Slots {
		perCopy[s.Copy] = append(perCopy[s.Copy], s.AppOffset)
	}
	want := map[int][]int{0: {34, 1250, 2082, 2466}, 1: {34, 1250, 2082, 2466}}
	if diff := cmp.Diff(want, perCopy); diff != "" {
		t.Errorf("slots of each copy (-want +got):\n%s", diff)
	}
	r = checked(image, "")
	if len(r.Slots) != 4 || r.Slots[0].Copy != 1 {
		t.Errorf("%d slots of copy %d, want 4 of copy 1", len(r.Slots), r.Slots[0].Copy)
	}
}
