package dct

import (
	"bytes"
	"fmt"

	"github.com/dctkit/dctkit/layout"
)

// A Hint is what the caller knows of a dump; the zero value knows nothing.
type Hint struct {
	// Platform wins over the bytes: a 32768-byte dump is then read as that
	// platform's container whatever it holds.
	Platform layout.Platform
}

// Recognise says what a dump is: a container of 32768 bytes, the same inside a
// whole-flash dump at 16384, or an application DCT alone. It goes by a copy's
// header first, then by keys at their places, then by the hint. What is none
// of these has the container None; Recognise has no error.
func Recognise(data []byte, h Hint) Image {
	m := Image{Data: data, Container: None, Platform: layout.Unknown, Evidence: layout.Unknown}
	hinted := h.Platform != "" && h.Platform != layout.Unknown
	if m.FailedRead = failedRead(data); m.FailedRead == "" {
		m.Container, m.Base, m.Evidence, m.PlatformWhy = recogniseBytes(data)
		m.Platform = m.Evidence
	}
	if hinted {
		if c, base, ok := placeFor(h.Platform, data); ok {
			m.Container, m.Base = c, base
			m.Platform, m.PlatformWhy = h.Platform, "named by the caller"
		}
	}
	if m.Container == None {
		m.Platform = layout.Unknown
	}
	return m
}

// failedRead explains why the bytes of a dump are no reading of a DCT at all
// (behaviour.md 8.2), or returns "".
func failedRead(data []byte) string {
	if len(data) == 0 {
		return "the dump is empty"
	}
	if b, same := oneByte(data); same && len(data) > 1 {
		return fmt.Sprintf("every byte is %02X: the read failed, this is not what the flash holds", b)
	}
	// fields.md 7.4, inferred there: a bootloader that cannot reach the DCT
	// functions sends the start of flash again for every block.
	const block = 4096
	if len(data) >= 2*block && data[3] == 0x20 && bytes.Equal(data[:block], data[block:2*block]) {
		return "the same 4096 bytes come again and begin with a stack pointer: the bootloader sent itself, not the DCT (inferred, not seen on a device)"
	}
	return ""
}

// oneByte reports whether b is one byte throughout, and which.
func oneByte(b []byte) (byte, bool) {
	if len(b) == 0 {
		return 0, false
	}
	for _, x := range b[1:] {
		if x != b[0] {
			return 0, false
		}
	}
	return b[0], true
}

// containerBase returns where a dump would hold a whole container: at its
// start, or at 16384 in a dump of the whole flash.
func containerBase(data []byte) (base int, ok bool) {
	switch {
	case len(data) == layout.ContainerSize:
		return 0, true
	case len(data) > layout.ContainerSize && opensCopy(data):
		return 0, true // a read that began at the container and went on
	case len(data) >= layout.FlashOffset+layout.ContainerSize:
		return layout.FlashOffset, true
	}
	return 0, false
}

// opensCopy reports whether the bytes begin like a copy of either container.
func opensCopy(b []byte) bool {
	return len(b) >= layout.SectorSize && (sector(b).watermark() || wicedCopy(b).magic())
}

// cutShort says that a dump begins like a container but ends before it does,
// or returns "".
func cutShort(data []byte) string {
	if _, whole := containerBase(data); whole {
		return ""
	}
	for _, base := range []int{0, layout.FlashOffset} {
		if base < len(data) && opensCopy(data[base:]) {
			return fmt.Sprintf("a container cut short: %d of the %d bytes from %d on", len(data)-base, layout.ContainerSize, base)
		}
	}
	return ""
}

// placeFor returns where a platform keeps its DCT in a dump of that size.
func placeFor(p layout.Platform, data []byte) (Container, int, bool) {
	if len(data) == 0 || cutShort(data) != "" {
		return None, 0, false
	}
	if base, ok := containerBase(data); ok && p.Family() == layout.Gen2 {
		if p == layout.Electron {
			return DCD, base, true
		}
		return WICED, base, true
	}
	return App, 0, true
}

// recogniseBytes goes by the bytes alone.
func recogniseBytes(data []byte) (c Container, base int, p layout.Platform, why string) {
	if base, ok := containerBase(data); ok {
		container := data[base:][:layout.ContainerSize]
		for _, evidence := range []struct {
			found func([]byte) (dcd, wiced int)
			what  string
		}{{countHeaders, "header"}, {countContainerTraces, "key or address in its place"}} {
			dcd, wiced := evidence.found(container)
			switch {
			case dcd > 0 && dcd >= wiced:
				return DCD, base, layout.Electron, fmt.Sprintf("%d DCD %s(s) of an Electron", dcd, evidence.what)
			case wiced > 0:
				return WICED, base, layout.Photon, fmt.Sprintf("%d WICED %s(s) of a Photon or P1", wiced, evidence.what)
			}
		}
	}
	if why := cutShort(data); why != "" {
		return None, 0, layout.Unknown, why
	}
	if len(data) >= layout.AppSizeOld {
		if p, why, ok := recogniseApp(data); ok {
			return App, 0, p, why
		}
	}
	return None, 0, layout.Unknown, nothingFound
}

const nothingFound = "no header and no key in any known place"

// countHeaders counts the copies that open as a DCD sector or a WICED copy.
func countHeaders(container []byte) (dcd, wiced int) {
	for i := range 2 {
		b := half(container, i)
		if sector(b).watermark() {
			dcd++
		}
		if wicedCopy(b).magic() {
			wiced++
		}
	}
	return dcd, wiced
}

// countContainerTraces counts keys and addresses where each container has them.
func countContainerTraces(container []byte) (dcd, wiced int) {
	for i := range 2 {
		for c, n := range map[Container]*int{DCD: &dcd, WICED: &wiced} {
			app := half(container, i)[c.appOffset():]
			*n += len(traces(app, layout.TCP)) + len(traces(app, layout.UDP))
		}
	}
	return dcd, wiced
}

// keyHeads are the first bytes of the keys that belong into slots; what
// follows them varies.
var keyHeads = map[string][]string{
	"device_private_key":     {"\x30\x82\x02"},
	"device_public_key":      {"\x30\x81\x9F\x30\x0D"},
	"server_public_key":      {"\x30\x82\x01\x22\x30\x0D"},
	"alt_device_private_key": {"\x30\x76\x02\x01\x01", "\x30\x77\x02\x01\x01", "\x30\x78\x02\x01\x01"},
	"alt_server_public_key":  {"\x30\x59\x30\x13\x06"},
}

// traces names the slots of a transport that visibly hold what belongs there:
// the head of a key, a cloud key with a few bits changed, or a host name.
func traces(app []byte, t layout.Transport) []string {
	var found []string
	for _, slot := range layout.Slots(layout.Unknown) {
		if b, ok := slot.Of(app); ok && slot.Transport == t && showsContents(slot, b) {
			found = append(found, slot.Name)
		}
	}
	return found
}

func showsContents(slot layout.Slot, b []byte) bool {
	for _, head := range keyHeads[slot.Name] {
		if bytes.HasPrefix(b, []byte(head)) {
			return true
		}
	}
	switch slot.Role {
	case layout.ServerPublicKey:
		_, near := nearCloudKey(b, slot.Transport)
		return near
	case layout.ServerAddress:
		a, err := parseAddress(b)
		return err == nil && a.domain && bytes.ContainsRune([]byte(a.host), '.')
	}
	return false
}

// flagsMagic opens the application DCT of a device that has booted a firmware
// that keeps its flags there (fields.md 3.1).
const flagsMagic = "\xC0\xAC\xDE\x1A"

// recogniseApp tells an application DCT by the keys in it, and whose it is by
// which keys they are and by what lies behind (behaviour.md 8.2, fields.md 7.4).
func recogniseApp(data []byte) (layout.Platform, string, bool) {
	tcp, udp := traces(data, layout.TCP), traces(data, layout.UDP)
	spill := hasDCDSpill(data)
	switch {
	case spill:
		return layout.Electron, "DCD footer or header behind the application DCT", true
	case len(tcp) == 0 && len(udp) == 0:
		if bytes.HasPrefix(data, []byte(flagsMagic)) {
			return layout.Unknown, "only the system flags are recognisable", true
		}
		return layout.Unknown, "", false
	case len(udp) > 0 && len(tcp) > 0:
		return layout.Electron, fmt.Sprintf("TCP and UDP slots in use (%v, %v)", tcp, udp), true
	case len(udp) > 0 && blankRange(data, gen3Dead...):
		return layout.Gen3, fmt.Sprintf("only UDP slots in use (%v)", udp), true
	case len(udp) > 0:
		return layout.Unknown, fmt.Sprintf("UDP slots in use (%v), but the TCP ones not blank", udp), true
	case blankRange(data, photonDead) && (len(tcp) > 1 || tcp[0] != "server_public_key"):
		return layout.Photon, fmt.Sprintf("only TCP slots in use (%v)", tcp), true
	}
	return layout.Unknown, fmt.Sprintf("TCP slots in use (%v), UDP ones unclear", tcp), true
}

// gen3Dead are fields that Gen 3 firmware never writes and a Gen 2 device has
// filled (fields.md 0.14): the TCP server key and the STM32 device id.
var gen3Dead = []layout.Range{{Offset: 2082, Length: 768}, {Offset: 3618, Length: 12}}

// photonDead is the UDP block, which a Photon leaves as the factory erased it.
var photonDead = layout.Range{Offset: 2978, Length: 640}

// blankRange reports whether every one of the ranges is all FF or all 00.
func blankRange(data []byte, ranges ...layout.Range) bool {
	for _, r := range ranges {
		b, ok := r.Of(data)
		if !ok {
			return false
		}
		if x, same := oneByte(b); !same || x != 0x00 && x != 0xFF {
			return false
		}
	}
	return true
}

// hasDCDSpill reports whether a DFU dump shows the end of an Electron's sector:
// the watermark of its footer, or of the next sector's header.
func hasDCDSpill(data []byte) bool {
	for _, at := range []int{layout.DCDFootMagic - layout.DCDApp, layout.SectorSize - layout.DCDApp} {
		if at+4 <= len(data) && sector(data).word(at) == layout.DCDMagic {
			return true
		}
	}
	return false
}
