package layout

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// familyOf names one platform of each family.
var familyOf = map[string]Platform{"gen2": Electron, "gen3-nrf": Boron, "gen3-rtl": P2}

// versionsAround returns every release named in a platform's table, and
// releases between them that were never tagged.
func versionsAround(p Platform) []Version {
	seen := map[Version]bool{}
	var out []Version
	add := func(v Version) {
		if life := familyLife[p.Family()]; life.Holds(v) && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	for _, f := range familyFields(p.Family()) {
		for _, s := range f.Spans {
			add(s.First)
			add(s.Last)
		}
	}
	for _, v := range []Version{"0.4.5-rc.2", "0.4.7", "0.6.4", "0.8.0-rc.25-mesh", "1.2.2", "1.3.0-beta.1", "1.4.9", "2.0.9", "2.3.9", "3.0.1", "3.1.9", "5.3.0", "6.0.0"} {
		add(v)
	}
	return out
}

func TestFieldsTileTheDCT(t *testing.T) {
	for _, p := range Platforms() {
		for _, v := range versionsAround(p) {
			fields, err := Fields(p, v)
			if err != nil {
				t.Fatalf("Fields(%s, %s) = %v", p, v, err)
			}
			end := 0
			for _, f := range fields {
				if f.Within != "" {
					continue
				}
				if f.Offset != end {
					t.Fatalf("Fields(%s, %s): %s at %d, want %d", p, v, f.Name, f.Offset, end)
				}
				end = f.End()
			}
			want := AppSize
			if p.Family() == Gen2 && v.Compare("0.7.0-rc.1") < 0 {
				want = AppSizeOld
			}
			if size, _ := Size(p, v); end != want || size != want {
				t.Errorf("Fields(%s, %s) end at %d, Size %d, want %d", p, v, end, size, want)
			}
		}
	}
}

func TestUnionOf045(t *testing.T) {
	fields, err := Fields(Photon, "0.4.5")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == "ip_config" })
	if got := fields[i].Within; got != "unused_server_address" {
		t.Errorf("ip_config in 0.4.5 is within %q, want unused_server_address", got)
	}
}

func TestLookupsRefuse(t *testing.T) {
	for _, c := range []struct {
		p Platform
		v Version
	}{
		{Unknown, "1.0.0"}, {"duo", "1.0.0"}, {Electron, "0.3.9"}, {Electron, "4.0.0"}, {Electron, ""},
		{Boron, "0.7.0"}, {Boron, "6.2.1"}, {P2, "4.2.0"}, {Photon, "nonsense"},
	} {
		if f, err := Fields(c.p, c.v); err == nil {
			t.Errorf("Fields(%q, %q) = %d fields, want an error", c.p, c.v, len(f))
		}
		if n, err := Size(c.p, c.v); err == nil {
			t.Errorf("Size(%q, %q) = %d, want an error", c.p, c.v, n)
		}
	}
	for _, s := range []string{"", "1", "1.2", "v1.2", "1.2.x", "1.2.3.4", "latest", "01.2.3"} {
		if v, err := ParseVersion(s); err == nil {
			t.Errorf("ParseVersion(%q) = %q, want an error", s, v)
		}
	}
	for _, s := range []string{"", "unknown", "core", "electron2"} {
		if p, err := ParsePlatform(s); err == nil {
			t.Errorf("ParsePlatform(%q) = %q, want an error", s, p)
		}
	}
	if v, err := Newest(Unknown); err == nil {
		t.Errorf("Newest(unknown) = %q, want an error", v)
	}
}

func TestVersionOrder(t *testing.T) {
	order := []Version{"0.4.5-rc.1", "0.4.5", "0.6.4", "0.7.0-rc.1", "0.7.0", "0.8.0-rc.2", "0.8.0-rc.25", "0.8.0-rc.25-mesh", "1.3.0-alpha.1", "1.3.0-rc.1", "1.3.0", "2.0.2"}
	for i := range order {
		for j := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := order[i].Compare(order[j]); got != want {
				t.Errorf("%s.Compare(%s) = %d, want %d", order[i], order[j], got, want)
			}
		}
	}
}

// specField is a row of fields.json.
type specField struct {
	Kind, Family, Name, Type string
	Platforms                []int
	Offset, Size             int
	Ranges                   [][2]Version
}

func TestTableAgreesWithFieldsJSON(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "spec", "fields.json"))
	if err != nil {
		t.Skip("no specification beside the checkout:", err)
	}
	var rows []specField
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, r := range rows {
		if r.Kind != "struct_field" {
			continue
		}
		want = append(want, fmt.Sprintf("%s %s %d %d %s %v", r.Family, r.Name, r.Offset, r.Size, r.Type, r.Ranges))
		for _, p := range Platforms() {
			id, ok := p.ID()
			if ok && slices.Contains(r.Platforms, id) != (p.Family() == familyOf[r.Family].Family()) {
				t.Errorf("platform %s (%d) and row %s of %s disagree", p, id, r.Name, r.Family)
			}
		}
	}
	for family, p := range familyOf {
		for _, f := range familyFields(p.Family()) {
			var ranges [][2]Version
			for _, s := range f.Spans {
				ranges = append(ranges, [2]Version{s.First, s.Last})
			}
			got = append(got, fmt.Sprintf("%s %s %d %d %s %v", family, f.Name, f.Offset, f.Length, f.Kind, ranges))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table and fields.json (-want +got):\n%s", diff)
	}
	t.Logf("%d rows agree", len(want))
}

// Every slot lies inside the field of the specification that holds it; the
// addresses and ports are where fields.md 5.1 has them.
func TestSlotsLieInTheirFields(t *testing.T) {
	holder := map[string]string{"server_address": "server_public_key"}
	for _, p := range []Platform{Electron, Photon, Boron, P2} {
		v, err := Newest(p)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := Fields(p, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range Slots(p) {
			name := s.Name
			if h := holder[name]; h != "" {
				name = h
			}
			i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
			if i < 0 || !fields[i].Contains(s.Range) {
				t.Errorf("%s: slot %s %v is not inside field %s", p, s.Name, s.Range, name)
			}
			if got, ok := SlotNamed(s.Name); !ok || got != s {
				t.Errorf("SlotNamed(%q) = %v, %v", s.Name, got, ok)
			}
			if got, ok := FindSlot(s.Role, s.Transport); !ok || got != s {
				t.Errorf("FindSlot(%s, %s) = %v, %v", s.Role, s.Transport, got, ok)
			}
		}
	}
	for name, want := range map[string]int{"server_address": 2532, "alt_server_address": 3556} {
		s, _ := SlotNamed(name)
		if got := s.Offset + AddressPort; got != want {
			t.Errorf("port of %s at %d, want %d", name, got, want)
		}
	}
}

func TestSlotsPerPlatform(t *testing.T) {
	for _, c := range []struct {
		p    Platform
		want []string
	}{
		{Photon, []string{"device_private_key", "device_public_key", "server_public_key", "server_address"}},
		{P1, []string{"device_private_key", "device_public_key", "server_public_key", "server_address"}},
		{MSoM, []string{"alt_device_public_key", "alt_device_private_key", "alt_server_public_key", "alt_server_address"}},
		{Electron, []string{"device_private_key", "device_public_key", "server_public_key", "server_address", "alt_device_public_key", "alt_device_private_key", "alt_server_public_key", "alt_server_address"}},
	} {
		var got []string
		for _, s := range Slots(c.p) {
			got = append(got, s.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Slots(%s) (-want +got):\n%s", c.p, diff)
		}
	}
	if got := len(Slots(Unknown)); got != 8 {
		t.Errorf("Slots(unknown) = %d slots, want 8", got)
	}
}

func TestWICEDSectionsTileACopy(t *testing.T) {
	end := 0
	for _, s := range WICEDSections() {
		if s.Offset != end {
			t.Errorf("section %s at %d, want %d", s.Name, s.Offset, end)
		}
		end = s.End()
	}
	if end != SectorSize {
		t.Errorf("sections end at %d, want %d", end, SectorSize)
	}
}

func TestSecretsAreMarked(t *testing.T) {
	want := []string{"alt_device_private_key", "claim_code", "device_private_key", "device_secret", "eap_config"}
	var got []string
	for _, f := range familyFields(Gen2) {
		if f.Secret && !slices.Contains(got, f.Name) {
			got = append(got, f.Name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secret fields (-want +got):\n%s", diff)
	}
}

func TestRangeAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Range {
			return Range{rapid.IntRange(0, 40).Draw(t, name+" offset"), rapid.IntRange(0, 40).Draw(t, name+" length")}
		}
		a, b := draw("a"), draw("b")
		in := func(r Range, i int) bool { return r.Offset <= i && i < r.End() }
		both := a.Intersect(b)
		for i := range 100 {
			if got, want := in(both, i), in(a, i) && in(b, i); got != want {
				t.Fatalf("%v.Intersect(%v) = %v: byte %d is %v, want %v", a, b, both, i, got, want)
			}
		}
		if a.Overlaps(b) != !both.Empty() || a.Overlaps(b) != b.Overlaps(a) {
			t.Fatalf("%v.Overlaps(%v) disagrees with Intersect", a, b)
		}
		if !b.Empty() && a.Contains(b) != (both == b) {
			t.Fatalf("%v.Contains(%v) = %v, intersection %v", a, b, a.Contains(b), both)
		}
	})
}

func TestDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.ByteRange(0, 2), 0, 30).Draw(t, "a")
		b := rapid.SliceOfN(rapid.ByteRange(0, 2), 0, 30).Draw(t, "b")
		differs := make([]bool, max(len(a), len(b)))
		for i := range differs {
			differs[i] = i >= len(a) || i >= len(b) || a[i] != b[i]
		}
		named := make([]bool, len(differs))
		end := -1
		for _, r := range Differences(a, b) {
			if r.Offset <= end || r.Empty() {
				t.Fatalf("Differences(%v, %v): %v is empty, out of order or touches its neighbour", a, b, r)
			}
			end = r.End()
			for i := r.Offset; i < r.End(); i++ {
				named[i] = true
			}
		}
		if !slices.Equal(differs, named) {
			t.Fatalf("Differences(%v, %v) = %v", a, b, Differences(a, b))
		}
	})
}

func TestRangeOf(t *testing.T) {
	b := []byte("abcdef")
	if got, ok := (Range{1, 3}).Of(b); !ok || string(got) != "bcd" || cap(got) != 3 {
		t.Errorf("Of = %q, %v, cap %d; want bcd, true, 3", got, ok, cap(got))
	}
	for _, r := range []Range{{4, 3}, {-1, 2}, {0, -1}, {7, 0}} {
		if got, ok := r.Of(b); ok {
			t.Errorf("%v.Of(6 bytes) = %q, want false", r, got)
		}
	}
}

func TestKindString(t *testing.T) {
	if got := Kind(99).String(); got != "kind 99" {
		t.Errorf("Kind(99).String() = %q", got)
	}
	if got := U16.String(); got != "u16" {
		t.Errorf("U16.String() = %q", got)
	}
}

func TestPlatformAgreement(t *testing.T) {
	for _, c := range []struct {
		p, q Platform
		want bool
	}{
		{Photon, P1, true}, {Boron, Gen3, true}, {P2, Gen3, true}, {Unknown, Electron, true},
		{Photon, Electron, false}, {Boron, Electron, false}, {Electron, Electron, true},
	} {
		if got := c.p.Agrees(c.q); got != c.want {
			t.Errorf("%s.Agrees(%s) = %v, want %v", c.p, c.q, got, c.want)
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"0.6.4", "v3.3.1", "0.8.0-rc.25-mesh", "1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVersion(s)
		if err == nil && (v.Compare(v) != 0 || strings.HasPrefix(string(v), "v")) {
			t.Errorf("ParseVersion(%q) = %q", s, v)
		}
	})
}

func BenchmarkFields(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fields(Electron, "3.3.1"); err != nil {
			b.Fatal(err)
		}
	}
}
