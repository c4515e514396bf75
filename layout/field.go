package layout

import (
	"fmt"
	"slices"
	"strings"
)

// A Kind is the type of a field as Device OS declares it.
type Kind uint8

// The kinds. Integers are little-endian.
const (
	U8 Kind = iota + 1
	U16
	U32
	Bytes
	Text
	Struct
	Array
)

var kindNames = [...]string{U8: "u8", U16: "u16", U32: "u32", Bytes: "bytes", Text: "string", Struct: "struct", Array: "array"}

// String returns the name that fields.json uses.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Field is one member of the application DCT.
type Field struct {
	Name string
	Range
	Kind   Kind
	Secret bool // its bytes never reach a report
	// Spans are the releases of the looked-up family that have the field.
	Spans []Span
	// Within names the field that holds these bytes in the same release, ""
	// where the field has its bytes to itself: in 0.4.5 ip_config was one half
	// of a union.
	Within string
}

// The longest life of each family: the releases that were examined.
var familyLife = [familyEnd]Span{
	Gen2:    {"0.4.0", "3.3.1"},
	Gen3NRF: {"0.8.0-rc.25", "6.2.0"},
	Gen3RTL: {"5.0.0-alpha.1", "6.2.0"},
}

const (
	all    = "all" // as long as the family is known
	secret = true
	open   = false
)

// fieldTable is every member that any release has at top level, with the
// releases of Gen 2, nRF52840 and rtl872x that have it (fields.md 2, 4.1, 4.2;
// fields.json). No field ever moved: only filler (unused, reserved, padding)
// gave way to new fields, and the name device_id changed its place.
var fieldTable = []struct {
	name           string
	offset, size   int
	kind           Kind
	secret         bool
	gen2, nrf, rtl string
}{
	{"system_flags", 0, 32, Struct, open, all, all, all},
	{"version", 32, 2, U16, open, all, all, all},
	{"device_private_key", 34, 1216, Bytes, secret, all, all, all},
	{"device_public_key", 1250, 384, Bytes, open, all, all, all},
	{"unused_server_address", 1634, 128, Bytes, open, "0.4.0..0.4.5", "", ""},
	{"ip_config", 1634, 24, Struct, open, "0.4.5-rc.1..3.3.1", all, all},
	{"unused", 1658, 104, Bytes, open, "0.4.6-rc.1..0.5.0", "", ""},
	{"unused", 1658, 100, Bytes, open, "0.5.1-rc.1..0.5.5", "", ""},
	{"unused", 1658, 96, Bytes, open, "0.6.0-rc.1..1.2.1-rc.2 1.3.0-alpha.1..1.3.0-alpha.1", "0.8.0-rc.25..1.2.1-rc.2 1.3.0-alpha.1..1.3.0-alpha.1", ""},
	{"unused", 1658, 95, Bytes, open, "1.2.1-rc.3..1.2.1 1.3.0-rc.1..3.3.1", "1.2.1-rc.3..1.2.1 1.3.0-rc.1..6.2.0", all},
	{"ota_update_flag", 1753, 1, U8, open, "1.2.1-rc.3..1.2.1 1.3.0-rc.1..3.3.1", "1.2.1-rc.3..1.2.1 1.3.0-rc.1..6.2.0", all},
	{"feature_flags", 1754, 4, U32, open, "0.6.0-rc.1..3.3.1", all, all},
	{"country_code", 1758, 4, Bytes, open, "0.5.1-rc.1..3.3.1", all, all},
	{"claim_code", 1762, 63, Text, secret, all, all, all},
	{"claimed", 1825, 1, U8, open, all, all, all},
	{"ssid_prefix", 1826, 26, Text, open, all, all, all},
	{"device_code", 1852, 6, Text, open, "0.5.4..3.3.1", all, all},
	{"device_id", 1852, 6, Text, open, "0.4.0..0.5.3", "", ""},
	{"version_string", 1858, 32, Text, open, all, all, all},
	{"reserved1", 1890, 192, Bytes, open, "0.4.0..0.4.5", "", ""},
	{"dns_resolve", 1890, 128, Bytes, open, "0.4.6-rc.1..3.3.1", all, all},
	{"reserved1", 2018, 64, Bytes, open, "0.4.6-rc.1..3.3.1", all, all},
	{"server_public_key", 2082, 768, Bytes, open, all, all, all},
	{"padding", 2850, 2, Bytes, open, all, all, all},
	{"flash_modules", 2852, 100, Array, open, all, all, all},
	{"product_store", 2952, 24, Array, open, all, all, all},
	{"reserved2", 2976, 1282, Bytes, open, "0.4.0..0.4.5", "", ""},
	{"antenna_selection", 2976, 1, U8, open, "0.4.6-rc.1..3.3.1", all, all},
	{"reserved2", 2977, 1281, Bytes, open, "0.4.6-rc.1..0.4.8-rc.1", "", ""},
	{"cloud_transport", 2977, 1, U8, open, "0.4.8-rc.2..3.3.1", all, all},
	{"alt_device_public_key", 2978, 128, Bytes, open, "0.4.8-rc.2..3.3.1", all, all},
	{"alt_device_private_key", 3106, 192, Bytes, secret, "0.4.8-rc.2..3.3.1", all, all},
	{"alt_server_public_key", 3298, 192, Bytes, open, "0.4.8-rc.2..3.3.1", all, all},
	{"alt_server_address", 3490, 128, Struct, open, "0.4.8-rc.2..3.3.1", all, all},
	{"reserved2", 3618, 640, Bytes, open, "0.4.8-rc.2..0.5.5", "", ""},
	{"device_id", 3618, 12, Bytes, open, "0.6.0-rc.1..3.3.1", all, all},
	{"reserved2", 3630, 628, Bytes, open, "0.6.0-rc.1..0.6.0", "", ""},
	{"radio_flags", 3630, 1, U8, open, "0.6.1-rc.1..3.3.1", all, all},
	{"mode_button_mirror", 3631, 32, Struct, open, "0.6.1-rc.1..3.3.1", all, all},
	{"led_mirror", 3663, 96, Array, open, "0.6.1-rc.1..3.3.1", all, all},
	{"led_theme", 3759, 64, Bytes, open, "0.6.1-rc.1..3.3.1", all, all},
	{"eap_config", 3823, 4296, Struct, secret, "0.7.0-rc.1..3.3.1", all, all},
	{"reserved2", 3823, 435, Bytes, open, "0.6.1-rc.1..0.6.4", "", ""},
	{"reserved2", 8119, 272, Bytes, open, "0.7.0-rc.1..1.4.0", "", ""},
	{"device_secret", 8119, 15, Text, secret, "1.4.1-rc.1..3.3.1", all, all},
	{"reserved2", 8134, 257, Bytes, open, "1.4.1-rc.1..1.4.5-b5som.2", "", ""},
	{"power_config", 8134, 32, Struct, open, "1.5.0-rc.1..3.3.1", "", ""},
	{"setup_done", 8134, 1, U8, open, "", all, all},
	{"ncp_id", 8135, 4, U32, open, "", all, all},
	{"reserved2", 8139, 252, Bytes, open, "", "0.8.0-rc.25..0.9.0", ""},
	{"power_config", 8139, 32, Struct, open, "", "1.5.0-rc.1..6.2.0", all},
	{"pm_detect", 8139, 1, U8, open, "", "1.1.0-rc.1..1.4.5-b5som.2", ""},
	{"reserved2", 8140, 251, Bytes, open, "", "1.1.0-rc.1..1.4.5-b5som.2", ""},
	{"reserved2", 8166, 225, Bytes, open, "1.5.0-rc.1..2.0.1 2.1.0-rc.1..2.2.0 3.0.0-alpha.1..3.1.0", "", ""},
	{"ext_low_speed_clock_disable", 8166, 4, U32, open, "2.0.2-rc.1..2.0.2 2.3.0-rc.1..2.3.1 3.2.0-rc.1..3.3.1", "", ""},
	{"reserved2", 8170, 221, Bytes, open, "2.0.2-rc.1..2.0.2 2.3.0-rc.1..2.3.1 3.2.0-rc.1..3.3.1", "", ""},
	{"radio_antenna", 8171, 1, U8, open, "", "1.5.0-rc.1..6.2.0", all},
	{"reserved2", 8172, 219, Bytes, open, "", "1.5.0-rc.1..6.2.0", all},
}

// Fields returns the members of the application DCT as that release has them,
// by rising offset. Those with an empty Within tile it from 0 to [Size]. A
// version between two tags has the layout of the nearest tag below it. An
// unknown platform and a version outside its family's life are errors.
func Fields(p Platform, v Version) ([]Field, error) {
	f := p.Family()
	if f == NoFamily {
		return nil, fmt.Errorf("no field table for platform %q", p)
	}
	if life := familyLife[f]; !life.Holds(v) {
		return nil, fmt.Errorf("firmware version %q is outside the %s known for %s", v, life, p)
	}
	tag := tagBelow(f, v)
	var out []Field
	for _, field := range familyFields(f) {
		if slices.ContainsFunc(field.Spans, func(s Span) bool { return s.Holds(tag) }) {
			if n := len(out); n > 0 && out[n-1].Contains(field.Range) {
				field.Within = out[n-1].Name
			}
			out = append(out, field)
		}
	}
	return out, nil
}

// Newest returns the newest release of the platform's family.
func Newest(p Platform) (Version, error) {
	f := p.Family()
	if f == NoFamily {
		return "", fmt.Errorf("no field table for platform %q", p)
	}
	return familyLife[f].Last, nil
}

// Size returns how many bytes the application DCT has in that release.
func Size(p Platform, v Version) (int, error) {
	fields, err := Fields(p, v)
	if err != nil {
		return 0, err
	}
	end := 0
	for _, f := range fields {
		end = max(end, f.End())
	}
	return end, nil
}

// familyFields returns all rows of one family, by offset, larger ones first.
func familyFields(f Family) []Field {
	var out []Field
	for _, row := range fieldTable {
		tags := [familyEnd]string{Gen2: row.gen2, Gen3NRF: row.nrf, Gen3RTL: row.rtl}[f]
		if tags == "" {
			continue
		}
		out = append(out, Field{
			Name: row.name, Range: Range{row.offset, row.size}, Kind: row.kind, Secret: row.secret,
			Spans: parseSpans(tags, familyLife[f]),
		})
	}
	return out
}

func parseSpans(tags string, life Span) []Span {
	if tags == all {
		return []Span{life}
	}
	var spans []Span
	for s := range strings.FieldsSeq(tags) {
		first, last, _ := strings.Cut(s, "..")
		spans = append(spans, Span{Version(first), Version(last)})
	}
	return spans
}

// tagBelow returns the newest tag named in the family's table that is not
// after v. Between two such tags the layout does not change.
func tagBelow(f Family, v Version) Version {
	best := familyLife[f].First
	for _, field := range familyFields(f) {
		for _, s := range field.Spans {
			for _, tag := range []Version{s.First, s.Last} {
				if tag.Compare(v) <= 0 && tag.Compare(best) > 0 {
					best = tag
				}
			}
		}
	}
	return best
}
