package fuzz

import (
	"bytes"
	"encoding/binary"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// A Device is a simulated device in good health.
type Device struct {
	Platform layout.Platform
	EC       *asn1check.PrivateKey // in the UDP slots; nil where there is none
	RSA      *asn1check.PrivateKey // in the TCP slots; nil where there is none
	Claimed  bool
	// OldEncoder writes the EC scalar as Device OS up to 2.0.x does: as an
	// INTEGER, so that it can have 33 octets, or fewer than 32.
	OldEncoder bool
	// ByCLI has the EC key loaded by particle-cli: nothing behind it but FF.
	ByCLI bool
	// CachedKey is what the UDP public-key slot holds.
	CachedKey Cache
	Seed      uint64
}

// A Cache is a content of the UDP public-key slot, which dates the firmware
// (behaviour.md 1.6).
type Cache uint8

// The caches.
const (
	CacheErased Cache = iota // up to 0.8.0-rc.1: never written
	CacheNull                // 0.8.0-rc.2 .. 1.4.4: 128 zeros
	CacheSPKI                // from 1.5.0: 37 zeros and the key
)

// NewDevice returns the device of a seed: its own keys, claimed, freshly made
// by its own firmware. Photon and P1 have an RSA key, Gen 3 an EC key, an
// Electron the EC key alone, as from the factory.
func NewDevice(p layout.Platform, seed uint64) Device {
	d := Device{Platform: p, Claimed: true, Seed: seed}
	if p.Transport() == layout.TCP {
		d.RSA = RSAKey(seed)
	} else {
		d.EC = ECKey(seed)
	}
	return d
}

// App returns the device's application DCT, 8391 bytes.
func (d Device) App() []byte {
	app := blank(layout.AppSize)
	copy(app, "\xC0\xAC\xDE\x1A")
	random := randomness("device", d.Seed)
	if d.Platform.Family() == layout.Gen2 {
		fill(random, app[3618:3618+8]) // the first 8 of the 12 bytes of the STM32 id
		copy(app[3626:], "test")
		put(app, layout.ServerPublicKey, layout.TCP, dct.CloudKey(layout.TCP))
	}
	if d.Platform.Transport() == layout.TCP {
		put(app, layout.ServerAddress, layout.TCP, append(addressText(layout.TCP), 0))
	} else {
		put(app, layout.ServerPublicKey, layout.UDP, dct.CloudKey(layout.UDP))
		put(app, layout.ServerAddress, layout.UDP, addressText(layout.UDP))
	}
	copy(app[1852:], "ABC234") // setup code
	claim := make([]byte, 48)
	fill(random, claim)
	for i := range claim {
		claim[i] = 'a' + claim[i]%26
	}
	copy(app[1762:], claim)
	if d.Claimed {
		app[1762], app[1825] = 0, '1'
	}
	if d.RSA != nil {
		put(app, layout.DevicePrivateKey, layout.TCP, d.RSA.DeviceDER())
		put(app, layout.DevicePublicKey, layout.TCP, append(bytes.Clone(d.RSA.Public()), make([]byte, 384-162)...))
	}
	if d.EC != nil {
		put(app, layout.DevicePrivateKey, layout.UDP, d.ecSlot())
		switch d.CachedKey {
		case CacheNull:
			put(app, layout.DevicePublicKey, layout.UDP, make([]byte, 128))
		case CacheSPKI:
			put(app, layout.DevicePublicKey, layout.UDP, append(make([]byte, 37), d.EC.Public()...))
		}
	}
	return app
}

// ecSlot returns the 192 bytes of the UDP private-key slot.
func (d Device) ecSlot() []byte {
	der := d.EC.DeviceDER()
	if d.OldEncoder {
		der = oldEC(der)
	}
	slot := blank(192)
	if !d.ByCLI {
		// The device builds the key at the end of the buffer and moves it to
		// the front, so its tail is there twice (behaviour.md 1.4).
		copy(slot[192-len(der):], der)
	}
	copy(slot, der)
	return slot
}

// oldEC re-encodes a 121-byte key as mbedtls up to 2.16 does: the scalar as an
// INTEGER under another tag (behaviour.md 1.4).
func oldEC(der []byte) []byte {
	scalar, rest := bytes.TrimLeft(der[7:39], "\x00"), der[39:]
	if scalar[0] >= 0x80 {
		scalar = append([]byte{0}, scalar...)
	}
	out := []byte{0x30, byte(3 + 2 + len(scalar) + len(rest)), 0x02, 0x01, 0x01, 0x04, byte(len(scalar))}
	return append(append(out, scalar...), rest...)
}

// Container returns the device's flash as the given generation leaves it after
// some writes, the last of which stored the app: the current copy, and the
// generation before it, in which the device was not yet claimed, where that
// firmware keeps one.
func (d Device) Container(g dct.Generation) []byte { return Container(g, d.App(), d.before()) }

// before is the device's DCT one write ago.
func (d Device) before() []byte {
	app := d.App()
	app[1825] = 0xFF
	return app
}

// Container returns a settled container with these two application DCTs: the
// current one, and the one before where the generation keeps it.
func Container(g dct.Generation, current, before []byte) []byte {
	c := blank(layout.ContainerSize)
	first, second := c[:layout.SectorSize], c[layout.SectorSize:]
	switch g {
	case dct.V1:
		dcdSector(first, before, layout.DCDSealCleared)
		dcdSector(second, current, layout.DCDSealValid)
	case dct.V2a, dct.V2b:
		dcdSector(first, before, layout.DCDSealInvalidV2)
		dcdFooter(first, 2)
		dcdSector(second, current, layout.DCDSealValid)
		dcdFooter(second, 3)
	case dct.W33: // erases the old copy after every rewrite
		writeWICEDHeader(first)
		copy(first[layout.WICEDApp:], current)
	case dct.W37:
		wicedGeneration(first, before, 7)
		wicedGeneration(second, current, 8)
		// Superseding clears is_current and byte 12 of the record.
		first[layout.WICEDIsCurrent] = 0
		first[layout.WICEDRecord+layout.WICEDRecordInitial] = 0
	}
	return c
}

func dcdSector(s, app []byte, seal uint32) {
	binary.LittleEndian.PutUint32(s[layout.DCDWatermark:], layout.DCDMagic)
	binary.LittleEndian.PutUint32(s[layout.DCDSeal:], seal)
	copy(s[layout.DCDApp:], app)
}

func dcdFooter(s []byte, counter byte) {
	clear(s[layout.DCDFooter:])
	s[layout.DCDCounter] = counter & 3
	binary.LittleEndian.PutUint16(s[layout.DCDSizeField:], layout.DCDFooterSize)
	binary.LittleEndian.PutUint32(s[layout.DCDFootMagic:], layout.DCDMagic)
	binary.LittleEndian.PutUint32(s[layout.DCDCRC:], dct.DCDChecksum(s))
}

func wicedGeneration(c, app []byte, sequence byte) {
	writeWICEDHeader(c)
	copy(c[layout.WICEDApp:], app)
	record := c[layout.WICEDRecord:]
	clear(record)
	binary.LittleEndian.PutUint32(record, layout.WICEDRecordMagic)
	binary.LittleEndian.PutUint16(record[layout.WICEDRecordVersion:], layout.WICEDVersion)
	record[layout.WICEDRecordSequence] = sequence
	binary.LittleEndian.PutUint32(record[layout.WICEDRecordCRC:], dct.WICEDChecksum(c))
}

// A HelperRecord returns the DeviceKeyHelperRK record that the device's own
// application would have stored (behaviour.md 7): on an Electron the 320 bytes
// from 3106, on a Photon the 1600 from 34.
func (d Device) HelperRecord() []byte {
	keys := d.App()[34 : 34+1600]
	if d.Platform == layout.Electron {
		keys = d.App()[3106 : 3106+320]
	}
	var sum uint16
	for _, b := range keys {
		sum += uint16(b)
	}
	out := binary.LittleEndian.AppendUint32(nil, 0x75A65C63)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(keys)))
	out = binary.LittleEndian.AppendUint16(out, sum)
	return append(out, keys...)
}
