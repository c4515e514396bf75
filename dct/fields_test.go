package dct_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// fieldsOf decodes an application DCT by itself.
func fieldsOf(t *testing.T, p layout.Platform, app []byte, reveal bool) map[string]dct.FieldValue {
	t.Helper()
	values, err := dct.Recognise(app, dct.Hint{Platform: p}).Fields(0, "", reveal)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]dct.FieldValue{}
	for _, v := range values {
		byName[v.Name] = v
	}
	return byName
}

func TestFieldsOfHealthyElectron(t *testing.T) {
	app := fuzz.NewDevice(layout.Electron, 1).App()
	copy(app[2952:], "\x39\x05\x07\x00")
	app[1753] = 0xA5
	got := fieldsOf(t, layout.Electron, app, false)
	for name, want := range map[string]string{
		"claimed": "claimed", "claim_code": "none", "cloud_transport": "udp", "device_code": "ABC234",
		"product_store": "product 1337, version 7", "ota_update_flag": "update pending",
		"device_private_key": "erased", "eap_config": "not configured", "power_config": "defaults",
		"alt_server_address": "$id.udp.particle.io (default port)", "server_address": "erased",
		"ip_config": "dhcp", "feature_flags": "reset info on, led overridden off", "reserved2": "erased",
		"system_flags": "in use", "flash_modules": "none", "dns_resolve": "none", "ssid_prefix": "unset",
		"device_id":              hex.EncodeToString(app[3618:3630]),
		"alt_device_private_key": "ok ec-p256 " + fuzz.ECKey(1).Fingerprint(),
	} {
		if got[name].Value != want {
			t.Errorf("%s = %q, want %q", name, got[name].Value, want)
		}
	}
	if f := got["alt_device_private_key"]; !f.Redacted {
		t.Error("the private key is shown as if it were all there is")
	}
}

func TestFieldsDecoded(t *testing.T) {
	for _, row := range []struct {
		name        string
		platform    layout.Platform
		offset      int
		bytes       string
		want, noted string
	}{
		{"claimed", layout.Photon, 1825, "\x02", "not claimed", "02"},
		{"ip_config", layout.Photon, 1634, "\x01\xFF\xFF\xFF\x05\x01\xA8\xC0\x00\xFF\xFF\xFF", "static, host 192.168.1.5, netmask 255.255.255.0, gateway 255.255.255.255, dns 255.255.255.255, dns 255.255.255.255", ""},
		{"country_code", layout.Photon, 1758, "US4\xFF", "US4", ""},
		{"country_code", layout.P2, 1758, "\xFF\xFE", "world", ""},
		{"feature_flags", layout.P2, 1754, "\xFD\xFF\xFF\xFF", "reset info off, ethernet detection on, led overridden off, listening mode disabled off", ""},
		{"feature_flags", layout.Photon, 1754, "\xFE\xFF\xFF\x7F", "reset info off, led overridden off", "cleared"},
		{"antenna_selection", layout.Photon, 2976, "\x02", "passed on to the radio unchecked", "02"},
		{"ssid_prefix", layout.Photon, 1826, "\x1A", "unset", "length 26"},
		{"ncp_id", layout.Boron, 8135, "\x44", "u-blox R410", ""},
		{"ncp_id", layout.Boron, 8135, "\x01", "unset", "01"},
		{"power_config", layout.Boron, 8139, "\xFE\xFF\xFF\xFF\x00\x20\x00\x00\xE8\x03", "input 3880 mV, input 1000 mA, charge 896 mA, termination 4112 mV", ""},
		{"eap_config", layout.Photon, 3823, "\x19", "peap, credentials redacted", ""},
		{"flash_modules", layout.Photon, 2872, "\xCD\xAB\x00\x00\x00\x00\x02\x00\x00\x00\x00\x08\x10\x00\x00\x00", "update in record 1: 16 bytes from 00020000", ""},
		{"unused", layout.Photon, 1660, "secret", "6 of 95 bytes set", ""},
		{"ext_low_speed_clock_disable", layout.Electron, 8166, "\x5E\xD1\x17\xFA", "external clock off", ""},
	} {
		app := fuzz.NewDevice(row.platform, 1).App()
		copy(app[row.offset:], row.bytes)
		got := fieldsOf(t, row.platform, app, false)[row.name]
		if got.Value != row.want || !strings.Contains(got.Note, row.noted) || (row.noted == "") != (got.Note == "") {
			t.Errorf("%s of %q = %q, note %q, want %q, note with %q", row.name, row.bytes, got.Value, got.Note, row.want, row.noted)
		}
	}
}

func TestFieldsFollowTheFirmwareVersion(t *testing.T) {
	m := dct.Recognise(fuzz.NewDevice(layout.Photon, 1).App(), dct.Hint{Platform: layout.Photon})
	values, err := m.Fields(0, "0.5.3", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if v.Name == "device_id" && v.Value != "ABC234" {
			t.Errorf("device_id of 0.5.3 = %q, want the setup code", v.Value)
		}
		if v.AppOffset+v.Size > layout.AppSizeOld {
			t.Errorf("%s ends behind the DCT of 0.5.3", v.Name)
		}
	}
}

func TestFieldsOfAShortDumpEndWithIt(t *testing.T) {
	app := fuzz.NewDevice(layout.Electron, 1).App()[:layout.AppSizeOld]
	for name, v := range fieldsOf(t, layout.Electron, app, false) {
		if v.AppOffset+v.Size > len(app) {
			t.Errorf("%s is shown and not in the dump", name)
		}
	}
}

// TestFieldsOfAnUnknownPlatform reads them as an Electron's.
func TestFieldsOfAnUnknownPlatform(t *testing.T) {
	m := dct.Recognise(fuzz.NewDevice(layout.Electron, 1).App(), dct.Hint{})
	m.Platform = layout.Unknown
	got, err := m.Fields(0, "", false)
	if err != nil || len(got) == 0 || got[len(got)-1].AppOffset != 8170 {
		t.Errorf("Fields of an unknown platform = %d fields, %v, want the Electron's", len(got), err)
	}
}

func TestFieldsRefused(t *testing.T) {
	app := fuzz.NewDevice(layout.Photon, 1).App()
	m := dct.Recognise(app, dct.Hint{})
	for _, row := range []struct {
		img  dct.Image
		copy int
		v    layout.Version
	}{
		{m, 1, ""}, {m, -1, ""}, {m, 0, "9.9.9"}, {m, 0, "0.1.0"}, {dct.Recognise(nil, dct.Hint{}), 0, ""},
	} {
		if got, err := row.img.Fields(row.copy, row.v, false); err == nil {
			t.Errorf("Fields(%d, %q) = %d fields, want an error", row.copy, row.v, len(got))
		}
	}
}

func TestFieldsRevealNamesOnly(t *testing.T) {
	app := fuzz.NewDevice(layout.Photon, 1).App()
	copy(app[1762:], "CLAIM-me-9")
	copy(app[1826:], "\x06MySSID")
	copy(app[1890:], "host.example\x00other.example\x00\x00")
	copy(app[3823:], "\x19identity-of-mine")
	copy(app[8119:], "DEVICE-SECRET-1")
	app[1762+10] = 0
	shown := map[bool][]string{true: {"CLAIM-me-9", "MySSID", "host.example other.example"}}
	for _, reveal := range []bool{false, true} {
		text := fmt.Sprint(fieldsOf(t, layout.Photon, app, reveal))
		for _, s := range []string{"CLAIM-me-9", "MySSID", "host.example other.example", "identity", "DEVICE-SECRET"} {
			want := reveal && strings.Contains(strings.Join(shown[reveal], "\n"), s)
			if strings.Contains(text, s) != want {
				t.Errorf("reveal %v: %q shown: %v, want %v", reveal, s, !want, want)
			}
		}
	}
}

// TestFieldsKeepRunawayKeys plants keys where they do not belong and looks for
// any piece of them in what is shown, as text, hex or number.
func TestFieldsKeepRunawayKeys(t *testing.T) {
	rsa, ec := fuzz.RSAKey(2).MinimalDER(), fuzz.ECKey(2).DeviceDER()
	headless := append(bytes.Repeat([]byte{0x55}, 6), rsa[6:]...)
	for _, row := range []struct {
		name   string
		offset int
		der    []byte
		hidden []string
	}{
		{"rsa at the ec slot", 3106, rsa, []string{"alt_server_public_key", "alt_server_address", "device_id", "led_mirror"}},
		{"rsa at the ec slot, head lost", 3106, headless, []string{"alt_server_address", "device_id"}},
		{"ec at the tcp public slot", 1250, ec, []string{"device_public_key"}},
		{"leaked scalar in the tcp public slot", 1250, append([]byte("\x30\x81\x9F\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00\x03\x81\x8D\x00\x30\x81\x89\x02\x81\x81\x00"), ec[11:]...), []string{"device_public_key"}},
		{"rsa over the flags", 0, rsa, []string{"system_flags"}},
		{"rsa over the names", 1700, rsa, []string{"claim_code", "ssid_prefix", "device_code"}},
		{"ec over the id", 3600, ec, []string{"device_id", "alt_server_address"}},
		{"ec over the setup code", 1840, ec, []string{"device_code", "version_string"}},
	} {
		app := fuzz.NewDevice(layout.Electron, 1).App()
		copy(app[row.offset:], row.der)
		for _, reveal := range []bool{false, true} {
			got := fieldsOf(t, layout.Electron, app, reveal)
			for _, name := range row.hidden {
				if !got[name].Redacted || !strings.HasPrefix(got[name].Value, "redacted") {
					t.Errorf("%s, reveal %v: %s = %q, want it redacted", row.name, reveal, name, got[name].Value)
				}
			}
			if piece := pieceOf(row.der[8:], fmt.Sprint(got)); piece != "" {
				t.Errorf("%s, reveal %v: the output holds %s of the key", row.name, reveal, piece)
			}
		}
	}
}

// pieceOf returns four bytes of the key that the text shows as they are or in hex.
func pieceOf(key []byte, text string) string {
	text = strings.ToLower(text)
	for at := range len(key) - 4 {
		piece := key[at : at+4]
		if bytes.Count(piece, piece[:1]) == len(piece) {
			continue // a run of one byte is nobody's secret
		}
		for _, form := range []string{strings.ToLower(string(piece)), hex.EncodeToString(piece)} {
			if strings.Contains(text, form) {
				return form
			}
		}
	}
	return ""
}

// TestFieldsOfHealthyDevicesAreNotRedacted holds the other side: redaction is
// for keys out of place only.
func TestFieldsOfHealthyDevicesAreNotRedacted(t *testing.T) {
	for _, p := range layout.Platforms() {
		for seed := range uint64(3) {
			d := fuzz.NewDevice(p, seed)
			d.CachedKey = fuzz.CacheSPKI
			for name, f := range fieldsOf(t, p, d.App(), false) {
				if strings.HasPrefix(f.Value, "redacted") {
					t.Errorf("%s, seed %d: %s = %q", p, seed, name, f.Value)
				}
			}
		}
	}
}

func TestFieldsOfAnyBytes(t *testing.T) {
	for seed := range uint64(30) {
		app := fuzz.NewDevice(layout.Photon, seed).App()
		for i := range app {
			app[i] ^= byte(i*int(seed+1)>>3) ^ byte(seed)
		}
		for _, p := range []layout.Platform{layout.Photon, layout.Electron, layout.Gen3, layout.P2} {
			for n := 1; n <= len(app); n += 389 {
				fieldsOf(t, p, app[:n], true)
			}
		}
	}
}
