package dct_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/fuzz"
	"github.com/dctkit/dctkit/layout"
)

// content is what a slot may hold, and the contract's word for it.
type content struct {
	name  string
	bytes []byte
	state asn1check.State
	// tolerated: damage that the device's own reader does not mind.
	tolerated bool
}

// other is the seed of the keys that are not the tested device's.
const other = 50

// blanks are the contents that are one byte throughout.
func blanks(size int) []content {
	return []content{
		{"null", make([]byte, size), asn1check.Null, false},
		{"erased", repeated(0xFF, size), asn1check.Erased, false},
		{"fill", repeated(0x5A, size), asn1check.Fill, false},
		{"random", junk(7, size), asn1check.Malformed, false},
		{"first byte erased over junk", with(junk(7, size), 0, 0xFF), asn1check.Malformed, false},
	}
}

// contents lists what the tests put into a slot of the device with that seed.
func contents(t testing.TB, platform layout.Platform, slot layout.Slot, seed uint64) []content {
	t.Helper()
	ec, rsa := fuzz.ECKey(seed), fuzz.RSAKey(seed)
	size := slot.Range.Length
	out := blanks(size)
	add := func(name string, b []byte, state asn1check.State, tolerated ...bool) {
		out = append(out, content{name, padded(b, size), state, len(tolerated) > 0})
	}
	longer := func(der []byte) []byte { // the same, but its length runs past any slot
		if der[1] < 0x80 {
			return append([]byte{0x30, 0x81, 0xF0}, der[2:]...)
		}
		return with(der, 1, 0x82, 0x07)
	}
	switch {
	case slot.Role == layout.DevicePrivateKey && slot.Transport == layout.TCP:
		der := rsa.DeviceDER()
		add("sound", der, asn1check.OK)
		add("sound key of another device", fuzz.RSAKey(other).DeviceDER(), asn1check.OK)
		add("EC key", ec.DeviceDER(), asn1check.WrongAlgorithm)
		add("public key", rsa.Public(), asn1check.WrongAlgorithm)
		add("cut in P, the length says more than the slot holds", longer(der[:300]), asn1check.Truncated)
		add("version 5", with(flipped(der, 300, 3), 6, 5), asn1check.Malformed)
		add("erased from P on", der[:276], asn1check.Malformed)
		for name, at := range map[string]int{"N": 20, "P": 300, "Q": 360, "DP": 420, "DQ": 500, "QP": 560} {
			add("bit flipped in "+name, flipped(der, at, 2), asn1check.Inconsistent)
		}
		add("D damaged", flipped(der, 200, 5), asn1check.Inconsistent, true)
		for name, at := range map[string]int{"N": 7, "D": 144, "P": 276, "QP": 544} {
			add("tag of "+name+" damaged", flipped(der, at, 0), asn1check.Malformed, true)
		}
		add("first tag damaged", with(der, 0, 0x31), asn1check.Malformed, true)
	case slot.Role == layout.DevicePrivateKey:
		der := ec.DeviceDER()
		add("sound", der, asn1check.OK)
		add("sound key of another device", fuzz.ECKey(other).DeviceDER(), asn1check.OK)
		add("RSA key that runs past the slot", rsa.DeviceDER(), asn1check.WrongAlgorithm)
		add("public key", ec.Public(), asn1check.WrongAlgorithm)
		add("P-384 key", p384Key(t), asn1check.WrongAlgorithm)
		add("PKCS#8", pkcs8(t, der), asn1check.WrongAlgorithm)
		add("length beyond the slot", longer(der), asn1check.Truncated)
		add("curve erased", der[:39], asn1check.Malformed)
		add("cut in the point", der[:80], asn1check.Inconsistent)
		add("no public key", with(der[:51], 1, 49), asn1check.Malformed)
		add("version 2", with(der, 4, 2), asn1check.Malformed)
		add("bit flipped in d", flipped(der, 20, 1), asn1check.Inconsistent)
		add("bit flipped in the point", flipped(der, 70, 6), asn1check.Inconsistent)
		add("point of another key", with(der, 57, fuzz.ECKey(other).Point()[1:]...), asn1check.Inconsistent)
		add("d zero", with(der, 7, make([]byte, 32)...), asn1check.Inconsistent)
		add("d too large", with(der, 7, repeated(0xFF, 32)...), asn1check.Inconsistent)
		add("tag of the point damaged", with(der, 51, 0xA3), asn1check.Malformed, true)
		add("erased from the point on", der[:51], asn1check.Malformed, true)
	case slot.Role == layout.DevicePublicKey && slot.Transport == layout.TCP:
		der := rsa.Public()
		add("sound", append(bytes.Clone(der), make([]byte, size-len(der))...), asn1check.OK)
		add("sound, FF behind", der, asn1check.OK)
		add("another key", fuzz.RSAKey(other).Public(), asn1check.Mismatched)
		add("EC key", ec.Public(), asn1check.WrongAlgorithm)
		add("private EC key", ec.DeviceDER(), asn1check.WrongAlgorithm)
		add("length beyond the slot", longer(der), asn1check.Truncated)
		add("algorithm damaged", flipped(der, 10, 4), asn1check.Malformed)
		add("N even", flipped(der, 156, 0), asn1check.Inconsistent)
	case slot.Role == layout.DevicePublicKey:
		der := ec.Public()
		add("sound, right-aligned", append(make([]byte, 37), der...), asn1check.OK)
		add("sound, left-aligned", der, asn1check.OK)
		add("another key", append(make([]byte, 37), fuzz.ECKey(other).Public()...), asn1check.Mismatched)
		add("private key", ec.DeviceDER(), asn1check.WrongAlgorithm)
		add("length beyond the slot", longer(der), asn1check.Truncated)
		add("algorithm damaged", flipped(der, 10, 4), asn1check.Malformed)
		add("off the curve", flipped(der, 60, 0), asn1check.Inconsistent)
	case slot.Role == layout.ServerPublicKey:
		der := dct.CloudKey(slot.Transport)
		add("the cloud's", der, asn1check.OK)
		add("the cloud's, zeros behind", append(bytes.Clone(der), make([]byte, size-len(der))...), asn1check.OK)
		add("one bit changed", flipped(der, len(der)-20, 3), asn1check.Inconsistent)
		add("length beyond the slot", longer(der), asn1check.Truncated)
		add("algorithm damaged", with(der, 10, junk(1, 8)...), asn1check.Malformed)
		if slot.Transport == layout.TCP {
			add("private cloud", with(der, 40, junk(3, 200)...), asn1check.Unrecognised)
			add("RSA-1024 key", rsa.Public(), asn1check.WrongAlgorithm)
			add("UDP server's key", dct.CloudKey(layout.UDP), asn1check.WrongAlgorithm)
		} else {
			add("private cloud", fuzz.ECKey(other).Public(), asn1check.Unrecognised)
			add("TCP server's key, cut", dct.CloudKey(layout.TCP), asn1check.WrongAlgorithm)
			add("private key", ec.DeviceDER(), asn1check.WrongAlgorithm)
		}
	default:
		known := dct.CloudAddress(slot.Transport)
		add("the cloud's", known, asn1check.OK)
		add("the cloud's, zeros behind", with(make([]byte, size), 0, bytes.TrimRight(known, "\xFF")...), asn1check.OK)
		for port, state := range map[int]asn1check.State{
			0: asn1check.OK, 0xFFFF: asn1check.OK, ownPort(slot.Transport): asn1check.OK, 8080: asn1check.Unrecognised,
		} {
			add(fmt.Sprintf("the cloud's at port %d", port), with(known, 66, byte(port>>8), byte(port)), state)
		}
		host := func(name string) []byte { return append([]byte{1, byte(len(name))}, name...) }
		if slot.Transport == layout.TCP {
			add("host of 4.1", host("device.tcp.particle.io"), asn1check.OK)
		} else {
			add("host of the mesh time", host("$id.udp-mesh.particle.io"), asn1check.OK)
		}
		add("private cloud", host("cloud.example.org"), asn1check.Unrecognised)
		add("one letter off", flipped(known, 5, 1), asn1check.Unrecognised)
		add("length too small", with(known, 1, 9), asn1check.Unrecognised)
		add("private cloud by IPv4", []byte{0, 4, 192, 0, 2, 7}, asn1check.Unrecognised)
		add("IPv4 0.0.0.0", []byte{0, 4, 0, 0, 0, 0}, asn1check.Malformed)
		add("IPv4 255.255.255.255", []byte{0, 4, 255, 255, 255, 255}, asn1check.Malformed)
		// Only the strict parser looks at the length, and Gen 2 never had it (fields.md 5.3).
		byLength := asn1check.Malformed
		if platform.Family() == layout.Gen2 {
			byLength = asn1check.Unrecognised
		}
		add("IPv4 of length 7", []byte{0, 7, 192, 0, 2, 7}, byLength)
		add("NUL inside the length", []byte("\x01\x0Bexample.eu\x00"), byLength)
		add("unknown type", with(known, 0, 3), asn1check.Malformed)
		add("type erased", with(known, 0, 0xFF), asn1check.Malformed)
		add("length runs into the port", with(known, 1, 66), asn1check.Malformed)
		add("length beyond the field", with(known, 1, 127), asn1check.Malformed)
		add("empty name", with(known, 1, 0), asn1check.Malformed)
		add("not printable", with(known, 7, 0x07), asn1check.Malformed)
	}
	return out
}

func ownPort(t layout.Transport) int {
	if t == layout.TCP {
		return 5683
	}
	return 5684
}

// p384Key is a key of the right form on the wrong curve.
func p384Key(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// pkcs8 wraps a 121-byte EC key.
func pkcs8(t testing.TB, sec1 []byte) []byte {
	t.Helper()
	key, err := ecdh.P256().NewPrivateKey(sec1[7:39])
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// wantSeverity is the contract's, for a slot by itself; "" is no finding.
func wantSeverity(slot layout.Slot, c content, active bool) dct.Severity {
	harmless := slot.Role == layout.DevicePublicKey || !active
	switch {
	case c.state == asn1check.OK:
		return ""
	case harmless:
		return dct.SeverityInfo
	case c.state == asn1check.Unrecognised, c.tolerated:
		return dct.SeverityWarning
	case c.state == asn1check.Erased && slot.Role == layout.ServerAddress && slot.Transport == layout.TCP:
		return dct.SeverityInfo
	}
	return dct.SeverityError
}

// Every state in every slot, active and not: the contract's table of states
// and its rules of severity.
func TestEveryStateOfEverySlot(t *testing.T) {
	const seed = 1
	photon := fuzz.NewDevice(layout.Photon, seed).App()
	boron := fuzz.NewDevice(layout.Boron, seed).App()
	for _, host := range []struct {
		name   string
		app    []byte
		hint   layout.Platform
		image  func(app []byte) []byte
		active layout.Transport
	}{
		{"photon", photon, layout.Photon, func(app []byte) []byte { return fuzz.Container(dct.W37, app, app) }, layout.TCP},
		{"electron on udp", bothTransports(seed, 0xFF), layout.Electron, func(app []byte) []byte { return fuzz.Container(dct.V2b, app, app) }, layout.UDP},
		{"electron on tcp", bothTransports(seed, 0x00), layout.Electron, func(app []byte) []byte { return fuzz.Container(dct.V1, app, app) }, layout.TCP},
		{"boron", boron, layout.Boron, bytes.Clone, layout.UDP},
	} {
		for _, slot := range layout.Slots(host.hint) {
			for _, c := range contents(t, host.hint, slot, seed) {
				t.Run(host.name+"/"+slot.Name+"/"+c.name, func(t *testing.T) {
					r := checked(host.image(with(host.app, slot.Offset, c.bytes...)), host.hint)
					active := slot.Transport == host.active
					got, ok := r.Slot(slot.Name)
					if !ok {
						t.Fatalf("no slot %s in the report", slot.Name)
					}
					want := got
					want.State, want.Active, want.Role, want.Transport = c.state, active, slot.Role, slot.Transport
					want.AppOffset, want.Size = slot.Offset, slot.Range.Length
					want.FileOffset = r.Copies[got.Copy].AppOffset + slot.Offset
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("slot (-want +got):\n%s", diff)
					}
					switch {
					case slot.Role == layout.ServerAddress, c.state < asn1check.WrongAlgorithm, c.state == asn1check.Truncated,
						c.state == asn1check.Malformed, c.state == asn1check.Inconsistent:
						if got.Fingerprint != nil {
							t.Errorf("fingerprint given in state %s", c.state)
						}
					case got.Fingerprint == nil && c.state != asn1check.WrongAlgorithm:
						t.Errorf("no fingerprint in state %s", c.state)
					}

					severity := wantSeverity(slot, c, active)
					silent := severity == "" || severity == dct.SeverityInfo
					for _, f := range r.Findings {
						switch {
						case f.Code == dct.TransportTCP || f.Code == dct.TransportSwitched:
							if wrong := severity == dct.SeverityError; wrong != (f.Code == dct.TransportSwitched) {
								t.Errorf("%s, but the slots of TCP are damaged = %v", f.Name, wrong)
							}
						case text(f.Slot) != slot.Name:
							if f.Severity != dct.SeverityInfo {
								t.Errorf("finding elsewhere: %s in %s, %s", f.Name, text(f.Slot), f.Severity)
							}
						case silent && f.Severity != dct.SeverityInfo, !silent && f.Severity != severity:
							t.Errorf("%s: severity %s, want %q", f.Name, f.Severity, severity)
						}
					}
					if !silent && !slices.ContainsFunc(r.Findings, func(f dct.Finding) bool { return text(f.Slot) == slot.Name }) {
						t.Errorf("no finding, want one of severity %s", severity)
					}
					verdict := dct.Healthy
					if severity == dct.SeverityError {
						verdict = dct.Broken // Check alone tries no repair
					}
					if r.Verdict != verdict {
						t.Errorf("verdict %s, want %s", r.Verdict, verdict)
					}
				})
			}
		}
	}
}

// A key that a strict parser likes and the device cannot use: openssl shortens
// a number (behaviour.md 1.3).
func TestShortNumberIsSoundButUnloadable(t *testing.T) {
	for _, seed := range []uint64{7, 18} { // seed 18 has a D of 127 bytes, 7 a shorter CRT member
		key := fuzz.RSAKey(seed)
		if n := len(key.MinimalDER()); n >= 609 {
			t.Fatalf("RSAKey(%d) takes %d bytes in proper DER: no number is short", seed, n)
		}
		d := fuzz.NewDevice(layout.Photon, seed)
		if r := checked(d.App(), layout.Photon); r.Verdict != dct.Healthy {
			t.Errorf("seed %d in device form: %s, want healthy", seed, r.Verdict)
		}
		app := with(d.App(), 34, padded(key.MinimalDER(), 612)...)
		r := checked(app, layout.Photon)
		slot, _ := r.Slot("device_private_key")
		if slot.State != asn1check.OK || text(slot.Fingerprint) != key.Fingerprint() {
			t.Errorf("seed %d: state %s, fingerprint %s, want ok and the key's", seed, slot.State, text(slot.Fingerprint))
		}
		if len(r.Findings) != 1 || r.Findings[0].Code != dct.PrivateUnloadable || r.Findings[0].Severity != dct.SeverityError {
			t.Errorf("seed %d: findings %v, want %s as an error", seed, r.Findings, dct.PrivateUnloadable)
		}
	}
	// Proper DER without a short number is fine for both.
	d := fuzz.NewDevice(layout.Photon, 1)
	if r := checked(with(d.App(), 34, padded(d.RSA.MinimalDER(), 612)...), layout.Photon); len(r.Findings) != 0 {
		t.Errorf("openssl's form of a good key: findings %v, want none", r.Findings)
	}
}

// behaviour.md 1.1, 12.3: this one cannot wait, so it comes first.
func TestFirstByteErasedComesFirst(t *testing.T) {
	for _, c := range []struct {
		name  string
		app   []byte
		hint  layout.Platform
		at    int
		image func(app []byte) []byte
	}{
		{"udp", fuzz.NewDevice(layout.Electron, 1).App(), layout.Electron, 3106, func(app []byte) []byte { return fuzz.Container(dct.V2b, app, app) }},
		{"tcp", fuzz.NewDevice(layout.Photon, 1).App(), layout.Photon, 34, func(app []byte) []byte { return fuzz.Container(dct.W37, app, app) }},
	} {
		app := with(c.app, c.at, 0xFF)
		app = with(with(app, 2082, make([]byte, 512)...), 3298, make([]byte, 320)...) // other errors, of lower and higher codes
		image := c.image(app)
		clear(image[:8]) // copy 0 is lost, too
		r := checked(image, c.hint)
		if len(r.Findings) < 3 || r.Findings[0].Code != dct.PrivateFirstByte || r.Findings[0].Severity != dct.SeverityError {
			t.Errorf("%s: findings %v, want %s first of several", c.name, r.Findings, dct.PrivateFirstByte)
		}
		if got, want := text(r.Findings[0].Offset), fmt.Sprint(r.Copies[1].AppOffset+c.at); got != want {
			t.Errorf("%s: finding at %s, want %s", c.name, got, want)
		}
	}
}

// The byte at 2977 matters on the Electron alone, and how much depends on the
// TCP slots (contract; behaviour.md 4, 2.5).
func TestTransportByte(t *testing.T) {
	code := func(r dct.Report) dct.Code {
		for _, f := range r.Findings {
			if f.Code == dct.TransportSwitched || f.Code == dct.TransportTCP {
				if text(f.Offset) != fmt.Sprint(r.Copies[0].AppOffset+2977) {
					t.Errorf("%s at %s, want the byte at 2977", f.Name, text(f.Offset))
				}
				return f.Code
			}
		}
		return ""
	}
	for _, b := range []byte{0x00, 0x01, 0x7F, 0xFE, 0xFF} {
		wantActive, provisioned, bare := "tcp", dct.TransportTCP, dct.TransportSwitched
		if b == 0xFF {
			wantActive, provisioned, bare = "udp", "", ""
		}
		r := checked(bothTransports(1, b), layout.Electron)
		if got := code(r); got != provisioned || text(r.Transport.Active) != wantActive || r.Verdict != dct.Healthy {
			t.Errorf("%02X over sound TCP slots: %q, transport %s, %s; want %q, %s, healthy", b, got, text(r.Transport.Active), r.Verdict, provisioned, wantActive)
		}
		app := with(fuzz.NewDevice(layout.Electron, 1).App(), 2977, b)
		r = checked(app, layout.Electron)
		if got := code(r); got != bare || text(r.Transport.Active) != wantActive || (r.Verdict == dct.Healthy) != (b == 0xFF) {
			t.Errorf("%02X over blank TCP slots: %q, transport %s, %s; want %q, %s", b, got, text(r.Transport.Active), r.Verdict, bare, wantActive)
		}
		for _, p := range []layout.Platform{layout.Photon, layout.Boron, layout.P2} {
			r := checked(with(fuzz.NewDevice(p, 1).App(), 2977, b), p)
			if got := code(r); got != "" || r.Verdict != dct.Healthy {
				t.Errorf("%02X on a %s: %q, %s; want nothing, healthy", b, p, got, r.Verdict)
			}
		}
	}
	// Where the platform is unknown no slot is active.
	r := checked(padded([]byte("\xC0\xAC\xDE\x1A"), 8391), "")
	if r.Transport.Active != nil || r.Image.Platform != layout.Unknown || len(r.Slots) != 8 || slices.ContainsFunc(r.Slots, func(s dct.SlotReport) bool { return s.Active }) {
		t.Errorf("unknown platform: transport %s, %d slots, some active", text(r.Transport.Active), len(r.Slots))
	}
}

// At most 5 % of its bits: 117 of the 2352 of the TCP server's key.
func TestServerKeyNearTheCloudsIsDamaged(t *testing.T) {
	photon := fuzz.NewDevice(layout.Photon, 1).App()
	for _, c := range []struct {
		bits     int
		state    asn1check.State
		severity dct.Severity
	}{
		{1, asn1check.Inconsistent, dct.SeverityError},
		{59, asn1check.Inconsistent, dct.SeverityError},
		{117, asn1check.Inconsistent, dct.SeverityError},
		{118, asn1check.Unrecognised, dct.SeverityWarning},
		{141, asn1check.Unrecognised, dct.SeverityWarning}, // 6 %
	} {
		key := dct.CloudKey(layout.TCP)
		for i := range c.bits { // in the modulus, its first and last byte left alone
			key[34+i%250] ^= 1 << (i / 250 * 3 % 8)
		}
		r := checked(with(photon, 2082, key...), layout.Photon)
		slot, _ := r.Slot("server_public_key")
		if slot.State != c.state || r.Count(c.severity) != 1 || len(r.Findings) != 1 {
			t.Errorf("%d bits off: state %s, findings %v, want %s and one %s", c.bits, slot.State, r.Findings, c.state, c.severity)
		}
	}
}

// No single bit of a cloud key may change unnoticed, nor be taken for a
// private cloud.
func TestEveryFlippedBitOfAServerKeyIsAnError(t *testing.T) {
	for _, transport := range []layout.Transport{layout.TCP, layout.UDP} {
		slot, _ := layout.FindSlot(layout.ServerPublicKey, transport)
		app := make([]byte, layout.AppSize)
		key := dct.CloudKey(transport)
		for bit := range len(key) * 8 {
			copy(app[slot.Offset:], padded(flipped(key, bit/8, uint(bit%8)), slot.Range.Length))
			v, ok := dct.JudgeSlot(layout.Unknown, app, slot, dct.Options{})
			if !ok || v.State.Sound() {
				t.Errorf("%s key with bit %d flipped: %s, %v", transport, bit, v.State, ok)
			}
		}
	}
}

func TestPrivateCloudIsHealthyWithWarnings(t *testing.T) {
	host := []byte("\x01\x11cloud.example.org\x00")
	for _, c := range []struct {
		platform    layout.Platform
		key, hostAt int
		server      []byte
	}{
		{layout.Photon, 2082, 2466, with(dct.CloudKey(layout.TCP), 40, junk(3, 200)...)},
		{layout.Electron, 3298, 3490, fuzz.ECKey(other).Public()},
		{layout.Boron, 3298, 3490, fuzz.ECKey(other).Public()},
	} {
		app := with(with(fuzz.NewDevice(c.platform, 2).App(), c.key, c.server...), c.hostAt, padded(host, 128)...)
		r := checked(app, c.platform)
		if r.Verdict != dct.Healthy || r.Count(dct.SeverityWarning) != 2 || len(r.Findings) != 2 {
			t.Errorf("%s of a private cloud: %s, %v, want healthy with two warnings", c.platform, r.Verdict, r.Findings)
		}
	}
}

// Whatever firmware writes is healthy: neither error nor warning, with the
// platform named or not, in any container (behaviour.md 12.6).
func TestHealthyDeviceIsNeverCalledDamaged(t *testing.T) {
	ecSeeds := []uint64{1, 3} // a scalar of 33 octets in the old encoding, and one of 32
	for seed := uint64(100); len(ecSeeds) < 3; seed++ {
		if fuzz.ECKey(seed).DeviceDER()[7] == 0 { // one of 31
			ecSeeds = append(ecSeeds, seed)
		}
	}
	n := 0
	clean := func(name string, data []byte, hints ...layout.Platform) {
		t.Helper()
		for _, hint := range append(hints, "") {
			n++
			r := checked(data, hint)
			if r.Verdict != dct.Healthy || r.Count(dct.SeverityError)+r.Count(dct.SeverityWarning) != 0 {
				t.Errorf("%s, named %q: %s, %v", name, hint, r.Verdict, r.Findings)
			}
		}
	}
	everywhere := func(name string, d fuzz.Device, app []byte) {
		t.Helper()
		clean(name, app, d.Platform)
		clean(name+" up to 0.6.4", app[:layout.AppSizeOld], d.Platform)
		for _, g := range generationsOf(d.Platform) {
			c := fuzz.Container(g, app, with(app, 1825, 0xFF))
			clean(fmt.Sprintf("%s, %s", name, g), c, d.Platform)
			clean(fmt.Sprintf("%s, %s in a whole flash", name, g), with(junk(1, 65536), 16384, c...), d.Platform)
			clean(fmt.Sprintf("%s, %s by DFU", name, g), dfuDump(c, 1-boolInt(g == dct.W33), map[bool]int{true: 8, false: 7548}[g <= dct.V2b]), d.Platform)
		}
	}
	for _, p := range layout.Platforms() {
		for _, claimed := range []bool{true, false} {
			if p.Transport() == layout.TCP {
				for _, seed := range []uint64{1, 7} {
					d := fuzz.NewDevice(p, seed)
					d.Claimed = claimed
					app := d.App()
					everywhere(fmt.Sprintf("%s %d", p, seed), d, app)
					// FF instead of zeros behind the public key, and a stale one.
					everywhere(fmt.Sprintf("%s %d, FF at 1250+162", p, seed), d, with(app, 1250+162, repeated(0xFF, 222)...))
					everywhere(fmt.Sprintf("%s %d, stale public key", p, seed), d, with(app, 1250, fuzz.RSAKey(other).Public()...))
				}
				continue
			}
			for _, seed := range ecSeeds {
				for _, old := range []bool{true, false} {
					for _, cli := range []bool{true, false} {
						for _, cache := range []fuzz.Cache{fuzz.CacheErased, fuzz.CacheNull, fuzz.CacheSPKI, staleCache} {
							d := fuzz.NewDevice(p, seed)
							d.Claimed, d.OldEncoder, d.ByCLI, d.CachedKey = claimed, old, cli, min(cache, fuzz.CacheSPKI)
							app := d.App()
							if cache == staleCache {
								copy(app[2978+37:], fuzz.ECKey(other).Public())
							}
							everywhere(fmt.Sprintf("%s %d, old encoder %v, by CLI %v, cache %d", p, seed, old, cli, cache), d, app)
						}
					}
				}
			}
		}
	}
	for _, b := range []byte{0x00, 0xFE} {
		app := bothTransports(1, b)
		everywhere(fmt.Sprintf("electron on TCP by %02X", b), fuzz.Device{Platform: layout.Electron}, app)
	}
	t.Logf("%d healthy images", n)
}

// staleCache is the SPKI of another key, the one before (contract: mismatched).
const staleCache = fuzz.CacheSPKI + 1

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The files that shipped: named rightly, and what fuzz builds is these bytes
// (containers.md 4).
func TestGenuineImages(t *testing.T) {
	folder := filepath.Join("..", "..", "shared", "data", "genuine")
	for _, c := range []struct {
		file      string
		built     []byte
		container dct.Container
		platform  layout.Platform
		headers   [2]dct.HeaderState
	}{
		{"device-os_electron_dct_prep@v0.7.0-rc.3-v3.3.1.bin", fuzz.ElectronFactory(), dct.DCD, layout.Electron, [2]dct.HeaderState{dct.HeaderValid, dct.HeaderCleared}},
		{"device-os_photon_dct_prep@v0.4.0-v1.4.3.bin", fuzz.PhotonFactory(false), dct.WICED, layout.Photon, [2]dct.HeaderState{dct.HeaderValid, dct.HeaderErased}},
		{"device-os_photon_dct_prep@v1.4.4-v3.3.1.bin", fuzz.PhotonFactory(true), dct.WICED, layout.Photon, [2]dct.HeaderState{dct.HeaderValid, dct.HeaderErased}},
	} {
		t.Run(c.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, c.file))
			if err != nil {
				t.Skipf("the genuine images are not here: %v", err)
			}
			if d := layout.Differences(data, c.built); len(d) > 0 {
				t.Errorf("package fuzz builds other bytes at %v", d)
			}
			r := checked(data, "")
			if r.Image.Container != c.container || r.Image.Platform != c.platform {
				t.Errorf("container %s of %s, want %s of %s", r.Image.Container, r.Image.Platform, c.container, c.platform)
			}
			for i, copyReport := range r.Copies {
				if copyReport.Header != c.headers[i] || copyReport.CRC != dct.CRCAbsent || copyReport.Counter != nil {
					t.Errorf("copy %d: header %s, crc %s, counter %s, want %s, absent, null", i, copyReport.Header, copyReport.CRC, text(copyReport.Counter), c.headers[i])
				}
			}
			for _, reader := range r.Readers {
				if text(reader.Current) != "0" {
					t.Errorf("%s reads copy %s, want 0", reader.ID, text(reader.Current))
				}
			}
			if r.Verdict != dct.Broken || r.Count(dct.SeverityError) != 1 || r.Findings[0].Code != dct.PrivateErased {
				t.Errorf("%s, %v, want broken for the erased private key alone", r.Verdict, r.Findings)
			}
		})
	}
	for file, want := range map[string][]byte{
		"device-os_electron_cloud_public@v0.4.8-rc.2-v3.3.1.der":                      dct.CloudKey(layout.TCP),
		"device-os_electron_server-public-key.udp.particle.io@v0.4.8-rc.2-v3.3.1.der": append(padded(dct.CloudKey(layout.UDP), 192), dct.CloudAddress(layout.UDP)...),
	} {
		data, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Logf("skipped %s", file)
			continue
		}
		if !bytes.HasPrefix(data, want) {
			t.Errorf("%s does not begin with the built-in bytes", file)
		}
	}
}

// The firmware looks at the first byte alone, so the warning comes whatever
// else is wrong with the key, and for every copy that some firmware reads.
func TestFirstByteErasedWhateverFollows(t *testing.T) {
	d := fuzz.NewDevice(layout.Electron, 3)
	app := with(d.App(), 3106, 0xFF)
	also := with(app, 3106+30, repeated(0x00, 60)...)
	found := func(r dct.Report) *dct.Finding {
		for i, f := range r.Findings {
			if f.Code == dct.PrivateFirstByte {
				if i != 0 {
					t.Errorf("finding %s is number %d, want it first", f.Code, i)
				}
				return &r.Findings[i]
			}
		}
		return nil
	}
	for name, data := range map[string][]byte{"alone": app, "the rest damaged as well": also} {
		if found(checked(data, layout.Electron)) == nil {
			t.Errorf("%s: no %s", name, dct.PrivateFirstByte)
		}
	}
	if f := found(checked(with(d.App(), 3106, repeated(0xFF, 192)...), layout.Electron)); f != nil {
		t.Errorf("a wholly erased key gives %s", f.Code)
	}

	// The changed byte breaks the current copy's checksum: v2 goes back to the
	// older copy, but v1 still reads the damaged one and would replace its key.
	container := d.Container(dct.V2b)
	container[layout.SectorSize+layout.DCDApp+3106] = 0xFF
	r := checked(container, "")
	if current := r.Readers[len(r.Readers)-1].Current; *current != 0 {
		t.Fatalf("v2b reads copy %d, want 0", *current)
	}
	if f := found(r); f == nil || *f.Copy != 1 {
		t.Errorf("findings %v, want %s in copy 1 first", r.Findings, dct.PrivateFirstByte)
	}
}
