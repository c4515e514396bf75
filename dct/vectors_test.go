package dct_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// The vectors are what genuine firmware did; their encoding is described in
// testdata/vectors/README.md.

// eachLine decodes every line of a gzipped file of JSON objects.
func eachLine[T any](t testing.TB, name string, do func(T)) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "testdata", "vectors", name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		do(v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// bases returns the images that vectors start from. The factory images are
// built here; all others are files.
func bases(t testing.TB, family string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{
		"ff": bytes.Repeat([]byte{0xFF}, layout.ContainerSize),
		"00": make([]byte, layout.ContainerSize),
	}
	switch family {
	case "electron":
		out["factory"] = fuzz.ElectronFactory()
		// combined.mk writes a version string at a Photon's place (containers.md 2.9).
		out["factory-ver"] = fuzz.ElectronFactory()
		copy(out["factory-ver"][9406:], append([]byte("0.8.0-rc.11"), make([]byte, 21)...))
	case "photon":
		out["factory-044"] = fuzz.PhotonFactory(false)
		out["factory-144"] = fuzz.PhotonFactory(true)
	}
	eachLine(t, family+"-bases", func(v struct {
		ID     string
		Zlib   string `json:"zlib_b64"`
		SHA256 string
	}) {
		packed, err := base64.StdEncoding.DecodeString(v.Zlib)
		if err != nil {
			t.Fatal(err)
		}
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if out[v.ID], err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	})
	return out
}

// A vectorImage is a base and the patches that make an image of it.
type vectorImage struct {
	Base  string
	Patch []json.RawMessage
}

// patch applies vector operations to src; "copy" reads the unpatched source.
func patch(t testing.TB, src []byte, ops []json.RawMessage) []byte {
	t.Helper()
	out := bytes.Clone(src)
	for _, raw := range ops {
		var op []any
		if err := json.Unmarshal(raw, &op); err != nil {
			t.Fatal(err)
		}
		number := func(i int) int { return int(op[i].(float64)) }
		data := func(i int) []byte {
			b, err := hex.DecodeString(op[i].(string))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		switch op[0] {
		case "set":
			copy(out[number(1):], data(2))
		case "fill":
			copy(out[number(1):], bytes.Repeat(data(3), number(2)))
		case "copy":
			copy(out[number(1):], src[number(2):number(2)+number(3)])
		default:
			t.Fatalf("patch operation %q", op[0])
		}
	}
	return out
}

func shortSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:32]
}

// verdict is what one generation made of a state.
type verdict struct {
	Cur   *int
	CRC   []bool
	Valid []bool
	Ver   []int
	IW    []int
	Seq   []int
}

type stateVector struct {
	ID, Class string
	Img       vectorImage
	SHA256    string
	V1        verdict
	V2a       verdict
	V2b       verdict
	W33       verdict
	W37       verdict
	CalcCRC   []string `json:"calc_crc"`
	Ctr       []int
}

// eachState builds the image of every state vector of a family and checks its
// sum before handing it on.
func eachState(t testing.TB, family string, do func(v stateVector, image []byte)) {
	t.Helper()
	from := bases(t, family)
	eachLine(t, family+"-state", func(v stateVector) {
		image := patch(t, from[v.Img.Base], v.Img.Patch)
		if got := shortSum(image); got != v.SHA256 {
			t.Fatalf("%s: image has SHA-256 %s, want %s", v.ID, got, v.SHA256)
		}
		do(v, image)
	})
}

func TestCurrentAgreesWithEveryStateVector(t *testing.T) {
	for family, want := range map[string]int{"electron": 2049, "photon": 1150} {
		classes := map[string]int{}
		n := 0
		eachState(t, family, func(v stateVector, image []byte) {
			n++
			classes[v.Class]++
			before := bytes.Clone(image)
			answers := map[dct.Generation]verdict{dct.V1: v.V1, dct.V2a: v.V2a, dct.V2b: v.V2b}
			if family == "photon" {
				answers = map[dct.Generation]verdict{dct.W33: v.W33, dct.W37: v.W37}
			}
			for g, answer := range answers {
				i, ok := g.Current(image)
				if ok != (answer.Cur != nil) || ok && i != *answer.Cur {
					t.Errorf("%s (%s): %s.Current = %d, %v, want %s", v.ID, v.Class, g, i, ok, choiceText(answer.Cur))
				}
			}
			if !bytes.Equal(before, image) {
				t.Fatalf("%s: Current changed its input", v.ID)
			}
		})
		if n != want {
			t.Errorf("%s: %d state vectors ran, want %d", family, n, want)
		}
		var counts []string
		for _, class := range slices.Sorted(maps.Keys(classes)) {
			counts = append(counts, fmt.Sprintf("%s %d", class, classes[class]))
		}
		t.Logf("%s: %d state vectors: %s", family, n, strings.Join(counts, ", "))
	}
}

// What leads to each choice is recorded too: headers, checksums, counters, and
// the level, flag and sequence that w37 gives a copy.
func TestEvaluationAgreesWithEveryStateVector(t *testing.T) {
	eachState(t, "electron", func(v stateVector, image []byte) {
		for i := range 2 {
			for g, answer := range map[dct.Generation]verdict{dct.V1: v.V1, dct.V2a: v.V2a, dct.V2b: v.V2b} {
				if got := dct.DCDHeader(image, i, g); got != answer.Valid[i] {
					t.Errorf("%s: %s header of copy %d = %v, want %v", v.ID, g, i, got, answer.Valid[i])
				}
				sum, ok := dct.DCDCRC(image, i, g)
				if g != dct.V1 && ok != answer.CRC[i] {
					t.Errorf("%s: %s checksum of copy %d right = %v, want %v", v.ID, g, i, ok, answer.CRC[i])
				}
				if got := fmt.Sprintf("%08x", sum); got != v.CalcCRC[i] {
					t.Errorf("%s: checksum of copy %d = %s, want %s", v.ID, i, got, v.CalcCRC[i])
				}
			}
			if got := dct.DCDCounter(image, i); got != v.Ctr[i] {
				t.Errorf("%s: counter of copy %d = %d, want %d", v.ID, i, got, v.Ctr[i])
			}
		}
	})
	eachState(t, "photon", func(v stateVector, image []byte) {
		for i := range 2 {
			level, initial, sequence := dct.W37Rank(image, i)
			got, want := [3]int{level, initial, sequence}, [3]int{v.W37.Ver[i], v.W37.IW[i], v.W37.Seq[i]}
			if want[0] == 0x7FFF {
				want[1], want[2] = got[1], got[2] // of no meaning in an invalid copy
			}
			if got != want {
				t.Errorf("%s: copy %d has level, initial, sequence %v, want %v", v.ID, i, got, want)
			}
		}
	})
}

func choiceText(cur *int) string {
	if cur == nil {
		return "none"
	}
	return fmt.Sprint(*cur)
}

func TestCurrentRefusesWhatIsNoContainer(t *testing.T) {
	for _, g := range []dct.Generation{0, dct.V1, dct.V2a, dct.V2b, dct.W33, dct.W37, 99} {
		for _, size := range []int{0, 1, layout.SectorSize, layout.ContainerSize - 1, layout.ContainerSize + 1} {
			if i, ok := g.Current(make([]byte, size)); ok {
				t.Errorf("%s.Current(%d bytes) = %d, true, want false", g, size, i)
			}
		}
	}
	if i, ok := dct.Generation(0).Current(fuzz.ElectronFactory()); ok {
		t.Errorf("Generation(0).Current = %d, true, want false", i)
	}
}

func BenchmarkCurrent(b *testing.B) {
	from := map[string]map[string][]byte{"electron": bases(b, "electron"), "photon": bases(b, "photon")}
	for _, c := range []struct {
		g     dct.Generation
		image []byte
	}{
		{dct.V1, from["electron"]["dev000"]}, {dct.V2a, from["electron"]["factory"]}, {dct.V2b, from["electron"]["factory"]},
		{dct.W33, from["photon"]["pdev000"]}, {dct.W37, from["photon"]["pdev000"]},
	} {
		b.Run(c.g.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(layout.ContainerSize)
			for b.Loop() {
				c.g.Current(c.image)
			}
		})
	}
}
