package dct_test

import (
	"bytes"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// From every recorded flash state, torn and damaged ones included, either copy
// can be made the one that all generations read, without touching the content
// of either.
func TestResealFromEveryState(t *testing.T) {
	for family, kind := range map[string]dct.Container{"electron": dct.DCD, "photon": dct.WICED} {
		content := layout.Range{Offset: layout.DCDHeader, Length: layout.DCDFooter - layout.DCDHeader}
		if kind == dct.WICED {
			content = layout.Range{Offset: layout.WICEDHeader, Length: layout.WICEDRecord - layout.WICEDHeader}
		}
		n := 0
		eachState(t, family, func(v stateVector, image []byte) {
			n++
			if testing.Short() && n%10 != 0 {
				return
			}
			before := bytes.Clone(image)
			for wanted := range 2 {
				sealed, ok := dct.Reseal(image, kind, wanted)
				if !ok {
					t.Errorf("%s: Reseal(copy %d) = false", v.ID, wanted)
					continue
				}
				for _, g := range dct.Generations(kind) {
					if i, ok := g.Current(sealed); !ok || i != wanted {
						t.Errorf("%s: after Reseal(copy %d) %s reads %d, %v", v.ID, wanted, g, i, ok)
					}
				}
				for _, r := range layout.Differences(image, sealed) {
					for i := range 2 {
						if r.Overlaps(content.Shift(i * layout.SectorSize)) {
							t.Errorf("%s: Reseal(copy %d) changed content at %v", v.ID, wanted, r)
						}
					}
				}
				if crc := dct.Check(dct.Recognise(sealed, dct.Hint{}), dct.Options{SkipPrimality: true}).Copies[wanted].CRC; crc == dct.CRCBad {
					t.Errorf("%s: after Reseal(copy %d) its checksum is wrong", v.ID, wanted)
				}
				again, ok := dct.Reseal(sealed, kind, wanted)
				if !ok || !bytes.Equal(again, sealed) {
					t.Errorf("%s: a second Reseal(copy %d) changes something", v.ID, wanted)
				}
			}
			if !bytes.Equal(before, image) {
				t.Fatalf("%s: Reseal changed its input", v.ID)
			}
		})
	}
}

func TestResealRefuses(t *testing.T) {
	container := make([]byte, layout.ContainerSize)
	for _, c := range []struct {
		container []byte
		kind      dct.Container
		wanted    int
	}{
		{container[1:], dct.DCD, 0}, {container, dct.App, 0}, {container, dct.None, 0},
		{container, dct.DCD, 2}, {container, dct.WICED, -1}, {nil, dct.DCD, 0},
	} {
		if out, ok := dct.Reseal(c.container, c.kind, c.wanted); ok {
			t.Errorf("Reseal(%d bytes, %s, %d) = %d bytes, want false", len(c.container), c.kind, c.wanted, len(out))
		}
	}
}
