package dct

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// address is what a firmware reads from a 128-byte server address field
// (fields.md 5.2).
type address struct {
	domain bool
	host   string // a name as stored, or the IPv4 in dotted form
	zero   bool   // IPv4 0.0.0.0 or 255.255.255.255
	port   int    // 0 where the default is used
}

// Limits of the two parsers (fields.md 5.3).
const (
	lenientNameMax = 126 // up to 4.0.x and in 5.0 .. 5.2
	nameMax        = 63  // what fits with its end, and the limit of 4.1, 4.2, 5.3 and later
)

// parseAddress reads a field as the lenient parser does: up to 4.0.x, so in
// every Gen 2 firmware, and in 5.0 .. 5.2.
func parseAddress(field []byte) (address, error) {
	var a address
	kind, length := field[0], int(field[1])
	switch kind {
	case layout.AddressTypeIPv4:
		ip := field[layout.AddressText:][:4]
		a.host = fmt.Sprintf("%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3])
		number := binary.BigEndian.Uint32(ip)
		a.zero = number == 0 || number == 0xFFFFFFFF
	case layout.AddressTypeDomain:
		if length > lenientNameMax {
			return a, fmt.Errorf("the name would be %d bytes long, more than the field holds", length)
		}
		a.domain = true
		// Firmware goes on with a C string: a NUL ends it before its length.
		name, _, _ := bytes.Cut(field[layout.AddressText:][:min(length, len(field)-layout.AddressText)], []byte{0})
		a.host = string(name)
	default:
		return a, fmt.Errorf("type byte %02X is neither an IPv4 address nor a name", kind)
	}
	if p := int(binary.BigEndian.Uint16(field[layout.AddressPort:])); p != 0xFFFF {
		a.port = p
	}
	return a, nil
}

// unusable says why a field that the lenient parser takes leads nowhere.
func (a address) unusable() error {
	if a.zero {
		return fmt.Errorf("the IPv4 address is %s", a.host)
	}
	if !a.domain {
		return nil
	}
	if a.host == "" {
		return errors.New("the name is empty")
	}
	if len(a.host) > nameMax {
		return fmt.Errorf("the name is %d bytes long and leaves its end no room before the port", len(a.host))
	}
	if slices.ContainsFunc([]byte(a.host), func(c byte) bool { return c < 0x20 || c > 0x7E }) {
		return errors.New("the name has bytes that are not printable")
	}
	return nil
}

// strictly says why the strict parser, of 4.1, 4.2, 5.3 and later, refuses a
// field that is usable otherwise: it goes by the length byte, where the lenient
// one does not (fields.md 5.3).
func (a address) strictly(field []byte) error {
	switch length := int(field[1]); {
	case !a.domain && length != 4:
		return fmt.Errorf("the length of an IPv4 address is %d, not 4", length)
	case a.domain && length != len(a.host):
		return fmt.Errorf("the name has a NUL at %d of %d bytes", len(a.host), length)
	}
	return nil
}

// ports are the cloud's own (fields.md 5.3).
var ports = map[layout.Transport]int{layout.TCP: 5683, layout.UDP: 5684}

// judgeAddress gives the state of a server address and what to say of it. Only
// Gen 3 ever had firmware with the strict parser.
func judgeAddress(field []byte, p layout.Platform, t layout.Transport) (asn1check.State, string) {
	if b, same := oneByte(field); same {
		switch b {
		case 0x00:
			return asn1check.Null, "read as the IPv4 address 0.0.0.0, not as unset"
		case 0xFF:
			return asn1check.Erased, ""
		}
		return asn1check.Fill, fmt.Sprintf("every byte is %02X", b)
	}
	a, err := parseAddress(field)
	if err != nil {
		return asn1check.Malformed, err.Error()
	}
	if err := a.unusable(); err != nil {
		return asn1check.Malformed, err.Error()
	}
	if err := a.strictly(field); err != nil && p.Family() != layout.Gen2 {
		return asn1check.Malformed, err.Error()
	}
	switch {
	case a.domain && slices.Contains(cloudHosts[t], a.host) && (a.port == 0 || a.port == ports[t]):
		return asn1check.OK, ""
	case a.domain && slices.Contains(cloudHosts[t], a.host):
		return asn1check.Unrecognised, fmt.Sprintf("the cloud's host, but port %d", a.port)
	case !a.domain:
		return asn1check.Unrecognised, "an IPv4 address: a private cloud, or damage"
	}
	return asn1check.Unrecognised, "not a host of the cloud: a private cloud, or damage"
}
