package dct

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// fieldInput is what a decoder reads a field from.
type fieldInput struct {
	layout.Field
	b        []byte // the field's bytes
	app      []byte
	platform layout.Platform
	reveal   bool
}

func (in fieldInput) gen3() bool { return in.platform.Family() > layout.Gen2 }

func (in fieldInput) u16(at int) int    { return int(binary.LittleEndian.Uint16(in.b[at:])) }
func (in fieldInput) u32(at int) uint32 { return binary.LittleEndian.Uint32(in.b[at:]) }

// decode fills in value, note and redaction. A field without a decoder is
// filler, whose bytes are never shown.
func (in fieldInput) decode(out *FieldValue) {
	if values, ok := enums[in.Name]; ok {
		values.decode(in, out)
		return
	}
	if decode, ok := decoders[in.Name]; ok {
		decode(in, out)
		return
	}
	out.Value = fillText(in.b)
}

// decoders has a row for every field with a meaning that is more than one
// byte's. The rules are those of fields.md 6.
var decoders = map[string]func(fieldInput, *FieldValue){
	"system_flags":                decodeSystemFlags,
	"version":                     decodeHex,
	"device_private_key":          decodeKey,
	"device_public_key":           decodeKey,
	"server_public_key":           decodeKey,
	"alt_device_public_key":       decodeKey,
	"alt_device_private_key":      decodeKey,
	"alt_server_public_key":       decodeKey,
	"server_address":              decodeAddress,
	"alt_server_address":          decodeAddress,
	"ip_config":                   decodeIPConfig,
	"feature_flags":               decodeFeatureFlags,
	"country_code":                decodeCountry,
	"cloud_transport":             decodeTransport,
	"claim_code":                  decodeClaimCode,
	"ssid_prefix":                 decodeSSID,
	"device_code":                 decodeDeviceCode,
	"device_id":                   decodeDeviceID,
	"dns_resolve":                 decodeNames,
	"flash_modules":               decodeModules,
	"product_store":               decodeProduct,
	"radio_flags":                 decodeRadioFlags,
	"mode_button_mirror":          decodeButton,
	"led_mirror":                  decodeLEDs,
	"eap_config":                  decodeEAP,
	"device_secret":               decodeDeviceSecret,
	"power_config":                decodePower,
	"ncp_id":                      decodeModem,
	"ext_low_speed_clock_disable": decodeClock,
}

// An enum is the meaning of a field's first byte.
type enum struct {
	values map[byte]string
	other  string // what every other value means to the firmware
}

var enums = map[string]enum{
	"ota_update_flag":   {map[byte]string{0xA5: "update pending", 0xFF: "idle"}, "idle"},
	"claimed":           {map[byte]string{'1': "claimed", 0x00: "not claimed", 0x01: "not claimed", 0xFF: "not claimed"}, "not claimed"},
	"antenna_selection": {map[byte]string{0: "internal", 1: "external", 3: "auto", 0xFF: "internal (unset)"}, "passed on to the radio unchecked"},
	"led_theme":         {map[byte]string{1: "a theme of its own", 0x00: "default theme", 0xFF: "default theme"}, "default theme"},
	"setup_done":        {map[byte]string{1: "done", 0x00: "not done", 0xFF: "not done"}, "not done"},
	"pm_detect":         {map[byte]string{0x00: "on", 0xFF: "off"}, "off"},
	"radio_antenna":     {map[byte]string{1: "internal", 2: "external", 0x00: "default", 0xFF: "default"}, "default"},
}

func (e enum) decode(in fieldInput, out *FieldValue) {
	text, known := e.values[in.b[0]]
	if out.Value = text; !known {
		out.Value = e.other
		out.Note = fmt.Sprintf("%02X is no value that firmware writes", in.b[0])
	}
}

// decodeTransport: only the Electron has a choice (fields.md 6).
func decodeTransport(in fieldInput, out *FieldValue) {
	enum{map[byte]string{layout.TransportUDP: "udp", 0x00: "tcp", 0x01: "tcp"}, "tcp"}.decode(in, out)
	if t := in.platform.Transport(); t == layout.TCP || t == layout.UDP {
		out.Note = fmt.Sprintf("of no effect: this platform always uses %s", strings.ToUpper(string(t)))
	}
}

// fillText describes bytes that have no meaning without showing them.
func fillText(b []byte) string {
	if x, same := oneByte(b); same {
		switch x {
		case 0x00:
			return "null"
		case 0xFF:
			return "erased"
		}
	}
	return fmt.Sprintf("%d of %d bytes set", len(b)-bytes.Count(b, []byte{0xFF}), len(b))
}

func printable(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c < 0x20 || c > 0x7E })
}

// unset reports whether a text field's first byte says that there is none.
func unset(b []byte) bool { return b[0] == 0x00 || b[0] == 0xFF }

// private shows a text with reveal only.
func (in fieldInput) private(out *FieldValue, text []byte) {
	out.Redacted = !in.reveal || !printable(text)
	if out.Value = string(text); out.Redacted {
		out.Value = "set, redacted"
	}
	if !printable(text) {
		out.Note = "not all of it is printable"
	}
}

// decodeSystemFlags: without the magic the bytes are leftovers (fields.md 3.1).
func decodeSystemFlags(in fieldInput, out *FieldValue) {
	if string(in.b[:4]) != flagsMagic {
		out.Value = fillText(in.b) + ", not in use"
		return
	}
	out.Value = "in use"
	for _, row := range []struct {
		offset, value int
		text          string
	}{
		{6, 0x0001, "credentials to be erased at next boot"},
		{8, 0x0005, "update ready"},
		{8, 0x5555, "update interrupted"},
		{10, 0x0001, "last update applied"},
		{12, 0xAAAA, "factory reset requested"},
		{14, 0xD001, "watchdog to be started"},
	} {
		if in.u16(row.offset) == row.value {
			out.Value += ", " + row.text
		}
	}
}

func decodeHex(in fieldInput, out *FieldValue) { out.Value = fmt.Sprintf("%04X", in.u16(0)) }

// decodeKey shows what was made of the slot, and the key by its fingerprint.
func decodeKey(in fieldInput, out *FieldValue) {
	slot, _ := layout.SlotNamed(in.Name)
	v, _ := JudgeSlot(in.platform, in.app, slot, Options{})
	parts := []string{v.State.String()}
	for _, s := range []string{v.Algorithm.String(), asn1check.Fingerprint(v.Public)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	out.Value, out.Note = strings.Join(parts, " "), v.Detail
	out.Redacted = in.Secret && v.State != asn1check.Null && v.State != asn1check.Erased
}

// decodeAddress shows an address only where every firmware reads the same.
func decodeAddress(in fieldInput, out *FieldValue) {
	slot, _ := layout.SlotNamed(in.Name)
	state, detail := judgeAddress(in.b, in.platform, slot.Transport)
	out.Value, out.Note = state.String(), detail
	if !state.Sound() {
		return
	}
	a, _ := parseAddress(in.b)
	if out.Value = a.host + " (default port)"; a.port != 0 {
		out.Value = fmt.Sprintf("%s:%d", a.host, a.port)
	}
}

// decodeIPConfig: each address is a little-endian number with the first octet
// on top (fields.md 3.2).
func decodeIPConfig(in fieldInput, out *FieldValue) {
	mode := in.b[0]
	if mode != 1 {
		if out.Value = "dhcp"; mode != 0 && mode != 0xFF {
			out.Note = fmt.Sprintf("mode %02X is no value that firmware writes", mode)
		}
		return
	}
	out.Value = "static"
	for i, name := range []string{"host", "netmask", "gateway", "dns", "dns"} {
		a := in.b[4+4*i:]
		if in.u32(4+4*i) != 0 {
			out.Value += fmt.Sprintf(", %s %d.%d.%d.%d", name, a[3], a[2], a[1], a[0])
		}
	}
}

// A featureBit is one bit of feature_flags.
type featureBit struct {
	bit      int
	name     string
	inverted bool // 0 means on
}

// featureBits by generation: the polarities differ (fields.md 0.5).
var featureBits = map[bool][]featureBit{
	false: {{0, "reset info", false}, {1, "led overridden", true}},
	true:  {{0, "reset info", true}, {1, "ethernet detection", true}, {2, "led overridden", true}, {3, "listening mode disabled", true}},
}

func decodeFeatureFlags(in fieldInput, out *FieldValue) {
	flags, known := in.u32(0), uint32(0)
	var parts []string
	for _, f := range featureBits[in.gen3()] {
		state := "off"
		if (flags>>f.bit&1 == 1) != f.inverted {
			state = "on"
		}
		parts = append(parts, f.name+" "+state)
		known |= 1 << f.bit
	}
	if out.Value = strings.Join(parts, ", "); flags|known != 0xFFFFFFFF {
		out.Note = "bits without a meaning are cleared"
	}
}

// decodeCountry: two letters, and on Gen 2 a digit of the revision in ASCII.
func decodeCountry(in fieldInput, out *FieldValue) {
	letters := in.b[:2]
	switch {
	case in.gen3() && string(letters) == "\xFF\xFE":
		out.Value = "world"
	case unset(in.b):
		out.Value = "unset"
	case !printable(letters):
		out.Value, out.Note = "set", "not two letters"
	case !in.gen3() && printable(in.b[2:3]):
		out.Value = string(in.b[:3])
	default:
		out.Value = string(letters)
	}
}

// decodeClaimCode: only the first byte is cleared when a device is claimed;
// what is left of the code then is not shown, not even with reveal.
func decodeClaimCode(in fieldInput, out *FieldValue) {
	if unset(in.b) {
		out.Value = "none"
		return
	}
	code := in.b
	if end := slices.IndexFunc(code, func(c byte) bool { return c == 0x00 || c == 0xFF }); end >= 0 {
		code = code[:end]
	}
	in.private(out, code)
}

// ssidMax is the longest name behind the length byte.
const ssidMax = 25

func decodeSSID(in fieldInput, out *FieldValue) {
	length := int(in.b[0])
	if length == 0 || length > ssidMax {
		if out.Value = "unset"; !unset(in.b) {
			out.Note = fmt.Sprintf("length %d, more than %d", length, ssidMax)
		}
		return
	}
	in.private(out, in.b[1:1+length])
}

// decodeDeviceCode: 4 or 6 characters by firmware version.
func decodeDeviceCode(in fieldInput, out *FieldValue) {
	if in.b[0] == 0 || in.b[0] >= 0x80 {
		out.Value = "unset"
		return
	}
	code := in.b
	if !printable(code[4:5]) {
		code = code[:4]
	}
	if !printable(code) {
		out.Value, out.Note = "set", "not a setup code: not printable"
		return
	}
	out.Value = string(code)
}

// decodeDeviceID: up to 0.5.3 the setup code had this name (fields.md 0.1).
func decodeDeviceID(in fieldInput, out *FieldValue) {
	switch {
	case len(in.b) == 6:
		decodeDeviceCode(in, out)
	case in.b[0] == 0xFF:
		out.Value = "not saved yet"
	default:
		out.Value = hex.EncodeToString(in.b)
	}
}

// decodeNames: names one behind the other, each ended by NUL, the list by NUL
// or FF.
func decodeNames(in fieldInput, out *FieldValue) {
	var names [][]byte
	for rest := in.b; len(rest) > 0 && !unset(rest); {
		var name []byte
		name, rest, _ = bytes.Cut(rest, []byte{0})
		names = append(names, name)
	}
	if len(names) == 0 {
		out.Value = "none"
		return
	}
	in.private(out, bytes.Join(names, []byte(" ")))
}

// decodeModules summarises the five records of 20 bytes (fields.md 3.3).
func decodeModules(in fieldInput, out *FieldValue) {
	const size, factory, pending = 20, 0x0FAC, 0xABCD
	var parts []string
	for i := range len(in.b) / size {
		at := i * size
		magic, what := pending, "update"
		if i == 0 {
			magic, what = factory, "factory image"
		}
		if in.u16(at) == magic {
			parts = append(parts, fmt.Sprintf("%s in record %d: %d bytes from %08X", what, i, in.u32(at+12), in.u32(at+4)))
		}
	}
	if out.Value = strings.Join(parts, "; "); len(parts) == 0 {
		out.Value = "none"
	}
}

// decodeProduct: the first two of twelve numbers have a meaning.
func decodeProduct(in fieldInput, out *FieldValue) {
	const none = 0xFFFF
	if out.Value = "none"; in.u16(0) != none || in.u16(2) != none {
		out.Value = fmt.Sprintf("product %d, version %d", in.u16(0), in.u16(2))
	}
	if text := fillText(in.b[4:]); text != "erased" && text != "null" {
		out.Note = "entries without a meaning: " + text
	}
}

func decodeRadioFlags(in fieldInput, out *FieldValue) {
	if out.Value = "powersave clock on"; in.b[0]&3 == 2 {
		out.Value = "powersave clock off"
	}
}

// decodeButton: the two marks that the bootloader looks for lie apart on Gen 2
// and Gen 3 (fields.md 3.4, 4.6).
func decodeButton(in fieldInput, out *FieldValue) {
	const configured, debounce = 0xAA, 0xBBCC
	active, time := 0, 16
	if in.gen3() {
		active, time = 3, 4
	}
	switch {
	case in.b[active] == configured && in.u16(time) == debounce:
		out.Value = "configured"
	case in.b[active] == 0xFF:
		out.Value = "unset"
	default:
		out.Value, out.Note = "not used", "its marks are not those of a configured mirror"
	}
}

// decodeLEDs counts the records of 24 bytes that carry a version.
func decodeLEDs(in fieldInput, out *FieldValue) {
	const size, inUse = 24, 1
	n := 0
	for record := range slices.Chunk(in.b, size) {
		if record[0] == inUse {
			n++
		} else if !unset(record) {
			out.Note = "a record with a version that firmware does not write"
		}
	}
	out.Value = fmt.Sprintf("%d of %d in use", n, len(in.b)/size)
}

// decodeEAP shows the method; everything else in the record is a credential.
func decodeEAP(in fieldInput, out *FieldValue) {
	method, ok := map[byte]string{25: "peap", 13: "tls"}[in.b[0]]
	if out.Value = "not configured"; ok {
		out.Value = method + ", credentials redacted"
	}
	text := fillText(in.b)
	out.Redacted = text != "erased" && text != "null"
	if !ok && !unset(in.b) {
		out.Note = "a type that firmware does not know"
	}
}

func decodeDeviceSecret(in fieldInput, out *FieldValue) {
	if printable(in.b) {
		out.Value, out.Redacted = "set, redacted", true
		return
	}
	if out.Value = "unset"; fillText(in.b) != "erased" && fillText(in.b) != "null" {
		out.Redacted, out.Note = true, "not a secret: not printable"
	}
}

// decodePower: 0 and all ones stand for a default, everywhere (fields.md 3.7).
func decodePower(in fieldInput, out *FieldValue) {
	version, size := in.b[4], in.b[5]
	if version == 0xFF || size == 0 || size == 0xFF {
		out.Value = "defaults"
		return
	}
	var parts []string
	for _, row := range []struct {
		offset     int
		name, unit string
		standard   int
	}{
		{6, "input", "mV", 3880}, {8, "input", "mA", 900}, {10, "charge", "mA", 896}, {12, "termination", "mV", 4112},
	} {
		value := in.u16(row.offset)
		if value == 0 || value == 0xFFFF {
			value = row.standard
		}
		parts = append(parts, fmt.Sprintf("%s %d %s", row.name, value, row.unit))
	}
	out.Value = strings.Join(parts, ", ")
}

// modems are the known values of the first byte of ncp_id.
var modems = map[byte]string{
	0x42: "u-blox U201", 0x43: "u-blox G350", 0x44: "u-blox R410", 0x47: "u-blox R510",
	0x61: "Quectel BG96", 0x62: "Quectel EG91-E", 0x63: "Quectel EG91-NA", 0x64: "Quectel EG91-EX", 0x65: "Quectel BG95-M1",
	0x66: "Quectel EG91-NAX", 0x67: "Quectel BG77", 0x68: "Quectel BG95-MF", 0x69: "Quectel BG95-M6", 0x6A: "Quectel BG95-M5",
}

func decodeModem(in fieldInput, out *FieldValue) {
	name, ok := modems[in.b[0]]
	if out.Value = name; !ok {
		out.Value = "unset"
		if in.b[0] != 0xFF {
			out.Note = fmt.Sprintf("%02X is no known modem", in.b[0])
		}
	}
}

func decodeClock(in fieldInput, out *FieldValue) {
	const disabled, written = 0xFA17D15E, 0xFFFFFFFF
	switch in.u32(0) {
	case disabled:
		out.Value = "external clock off"
	case written:
		out.Value = "external clock on"
	default:
		out.Value, out.Note = "external clock on", "no value that firmware writes"
	}
}
