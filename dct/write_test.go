package dct_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

type writeVector struct {
	ID, Class, Fill string
	Img             vectorImage
	Ops             []vectorOp
}

// A vectorOp is one call of the storage code, and what came of it.
type vectorOp struct {
	Code, Op string
	Sec      int
	Off      int
	Hex      string
	Rep      []any // a byte in hex and how many of it
	Res      *int
	FlashOps int `json:"flash_ops"`
	Cut      *int
	After    []json.RawMessage
	SHA256   string
}

func (op vectorOp) data(t *testing.T) []byte {
	if len(op.Rep) == 2 {
		b, err := hex.DecodeString(op.Rep[0].(string))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Repeat(b, int(op.Rep[1].(float64)))
	}
	b, err := hex.DecodeString(op.Hex)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The libraries number their sections differently (vectors, README).
var sectionNumbers = map[dct.Generation]map[int]dct.WICEDSection{
	dct.W33: {0: dct.SectionApp, 1: dct.SectionSecurity, 2: dct.SectionManufacturing, 3: dct.SectionWiFi},
	dct.W37: {0: dct.SectionApp, 1: dct.SectionApp, 2: dct.SectionSecurity, 3: dct.SectionManufacturing, 4: dct.SectionWiFi, 7: dct.SectionNetwork},
}

func generationNamed(id string) dct.Generation {
	for _, g := range []dct.Generation{dct.V1, dct.V2a, dct.V2b, dct.W33, dct.W37} {
		if g.String() == id {
			return g
		}
	}
	return 0
}

// apply carries out one vector operation on a flash.
func (op vectorOp) apply(t *testing.T, f *dct.Flash) error {
	g := generationNamed(op.Code)
	switch op.Op {
	case "read":
		return f.Read(g)
	case "erase":
		return f.Erase(g)
	case "migrate":
		return f.Migrate(g)
	case "app":
		return f.Write(g, op.Off, op.data(t))
	case "rewrite":
		return f.WriteSection(g, sectionNumbers[g][op.Sec], op.Off, op.data(t))
	case "write":
		if g == dct.W37 {
			return f.WriteSection(g, sectionNumbers[g][op.Sec], op.Off, op.data(t))
		}
		return f.Write(g, op.Off, op.data(t))
	}
	t.Fatalf("operation %q", op.Op)
	return nil
}

func TestWritesAgreeWithEveryWriteVector(t *testing.T) {
	for family, want := range map[string]int{"electron": 200, "photon": 150} {
		from := bases(t, family)
		classes, ops, cuts, n := map[string]int{}, 0, 0, 0
		eachLine(t, family+"-write", func(v writeVector) {
			n++
			classes[v.Class]++
			image := patch(t, from[v.Img.Base], v.Img.Patch)
			var fill byte
			if v.Fill == "fe" {
				fill = 0xFE
			}
			for i, op := range v.Ops {
				ops++
				name := fmt.Sprintf("%s (%s) op %d, %s %s", v.ID, v.Class, i, op.Code, op.Op)
				wantImage := patch(t, image, op.After)
				if got := shortSum(wantImage); got != op.SHA256 {
					t.Fatalf("%s: the vector's own image has sum %s, want %s", name, got, op.SHA256)
				}
				f := &dct.Flash{Bytes: bytes.Clone(image), Fill: fill}
				if op.Cut != nil {
					cuts++
					f.Limit = *op.Cut
				}
				// A cut after no operation at all leaves everything as it was.
				var err error
				if op.Cut == nil || *op.Cut > 0 {
					err = op.apply(t, f)
				}
				if !bytes.Equal(f.Bytes, wantImage) {
					t.Errorf("%s: image differs at %v", name, layout.Differences(f.Bytes, wantImage)[:1])
				}
				switch {
				case op.Cut != nil:
					if *op.Cut > 0 && !errors.Is(err, dct.ErrPowerLost) {
						t.Errorf("%s: cut after %d gives %v, want %v", name, *op.Cut, err, dct.ErrPowerLost)
					}
				case resultOf(err) != *op.Res:
					t.Errorf("%s: %v, want result %d", name, err, *op.Res)
				case f.Operations != op.FlashOps:
					t.Errorf("%s: %d flash operations, want %d", name, f.Operations, op.FlashOps)
				}
				image = wantImage
			}
		})
		if n != want {
			t.Errorf("%s: %d write vectors ran, want %d", family, n, want)
		}
		var counts []string
		for _, class := range slices.Sorted(maps.Keys(classes)) {
			counts = append(counts, fmt.Sprintf("%s %d", class, classes[class]))
		}
		t.Logf("%s: %d write vectors, %d operations, %d of them cut: %v", family, n, ops, cuts, counts)
	}
}

// resultOf is the firmware's result for an error; an error of our own has none.
func resultOf(err error) int {
	var w *dct.WriteError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &w):
		return w.Result
	}
	return -99
}

// Writes that the firmware refuses, or that it would not survive.
func TestWriteRefuses(t *testing.T) {
	electron := fuzz.NewDevice(layout.Electron, 1).Container(dct.V2b)
	photon := fuzz.NewDevice(layout.Photon, 1).Container(dct.W37)
	const far = int(^uint(0) >> 1)
	for _, c := range []struct {
		g      dct.Generation
		offset int
		length int
		result int // of the firmware, 0 for a hazard
	}{
		{dct.V1, 16376, 1, 1}, {dct.V1, 16375, 2, 2}, {dct.V1, -1, 1, 1}, {dct.V1, far, 1, 1},
		{dct.V2a, 16344, 1, 1}, {dct.V2b, 16343, 2, 2}, {dct.V2b, 0, 16345, 2},
		{dct.W33, 8836, 1, 0}, {dct.W33, 8000, 837, 0}, {dct.W33, -1, 1, 4}, {dct.W33, far, 1, 0},
		{dct.W37, 8837, 1, 4}, {dct.W37, 8820, 1, 0}, {dct.W37, 8836, 0, 0}, {dct.W37, 0, 8821, 0}, {dct.W37, -1, 1, 4}, {dct.W37, far, 1, 4},
	} {
		container := electron
		if c.g >= dct.W33 {
			container = photon
		}
		out, err := c.g.Write(container, c.offset, make([]byte, c.length))
		var w *dct.WriteError
		switch {
		case c.result == 0 && !errors.Is(err, dct.ErrHazard):
			t.Errorf("%s.Write(%d, %d bytes) = %v, want %v", c.g, c.offset, c.length, err, dct.ErrHazard)
		case c.result != 0 && (!errors.As(err, &w) || w.Result != c.result):
			t.Errorf("%s.Write(%d, %d bytes) = %v, want result %d", c.g, c.offset, c.length, err, c.result)
		}
		if !bytes.Equal(out, container) {
			t.Errorf("%s.Write(%d, %d bytes): the refused write changed something", c.g, c.offset, c.length)
		}
	}
	for _, g := range []dct.Generation{0, dct.V1, dct.W37, 99} {
		if _, err := g.Write(make([]byte, 100), 0, []byte{1}); !errors.Is(err, dct.ErrNotContainer) {
			t.Errorf("%s.Write(100 bytes) = %v, want %v", g, err, dct.ErrNotContainer)
		}
	}
}

// Cut a write after every operation: what any generation of the container then
// reads is wholly the old content or wholly the new, and the write's own
// generation never loses both. The exception is W33's write in place, which
// leaves old AND new.
func TestPowerCutAfterEveryOperation(t *testing.T) {
	for _, g := range []dct.Generation{dct.V1, dct.V2a, dct.V2b, dct.W33, dct.W37} {
		platform := layout.Electron
		if g >= dct.W33 {
			platform = layout.Photon
		}
		d := fuzz.NewDevice(platform, 3)
		start := d.Container(g)
		data := bytes.Repeat([]byte{0xFF}, 40) // bits to set, so W33 cannot do it in place
		const offset = 1762
		whole := &dct.Flash{Bytes: bytes.Clone(start)}
		if err := whole.Write(g, offset, data); err != nil {
			t.Fatal(err)
		}
		contents := func(container []byte) []byte {
			i, ok := g.Current(container)
			if !ok {
				return nil
			}
			m := dct.Recognise(container, dct.Hint{Platform: platform})
			return m.AppBytes(i)
		}
		oldApp, newApp := contents(start), contents(whole.Bytes)
		step := 1
		if testing.Short() {
			step = 97
		}
		torn := 0
		for limit := 1; limit < whole.Operations; limit += step {
			f := &dct.Flash{Bytes: bytes.Clone(start), Limit: limit}
			if err := f.Write(g, offset, data); !errors.Is(err, dct.ErrPowerLost) {
				t.Fatalf("%s cut after %d: %v", g, limit, err)
			}
			switch got := contents(f.Bytes); {
			case bytes.Equal(got, oldApp), bytes.Equal(got, newApp):
			case g == dct.W33 && limit <= len(data):
			default:
				torn++
				if torn < 3 {
					t.Errorf("%s cut after %d of %d: neither the old content nor the new", g, limit, whole.Operations)
				}
			}
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, g := range []dct.Generation{dct.V1, dct.V2b, dct.W33, dct.W37} {
		platform := layout.Electron
		if g >= dct.W33 {
			platform = layout.Photon
		}
		container := fuzz.NewDevice(platform, 3).Container(g)
		b.Run(g.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Write(container, 1762, []byte{0xFF}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
