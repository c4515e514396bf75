package dct_test

import (
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// FuzzCheck looks for bytes that break what must hold for every report. Run it
// with -fuzzminimizetime=10x.
func FuzzCheck(f *testing.F) {
	secrets := secretDevices()
	for i, s := range secrets {
		for _, image := range s.images {
			f.Add(image, byte(i), false)
		}
		f.Add(s.app[:layout.AppSizeOld], byte(len(hints)-1), true)
	}
	for _, image := range [][]byte{fuzz.ElectronFactory(), fuzz.PhotonFactory(false), fuzz.PhotonFactory(true)} {
		f.Add(image, byte(len(hints)-1), true)
		f.Add(image[:8400], byte(len(hints)-1), false)
	}
	f.Add([]byte{}, byte(0), false)
	f.Add([]byte("\xC0\xAC\xDE\x1A"), byte(2), true)
	f.Fuzz(func(t *testing.T, data []byte, hint byte, all bool) {
		if len(data) > 1<<17 {
			t.Skip("larger than anything that is looked at")
		}
		o := dct.Options{AllCopies: all, SkipPrimality: true}
		mustHold(t, data, hints[int(hint)%len(hints)], o, secrets...)
	})
}
