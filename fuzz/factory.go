package fuzz

import (
	"encoding/binary"

	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// blank returns n erased bytes.
func blank(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0xFF
	}
	return b
}

// put writes the contents of a slot at its place in an application DCT.
func put(app []byte, role layout.Role, t layout.Transport, contents []byte) {
	slot, _ := layout.FindSlot(role, t)
	copy(app[slot.Offset:], contents)
}

// addressText is the used part of the factory's server address: type, length
// and the name, without the erased rest.
func addressText(t layout.Transport) []byte {
	a := dct.CloudAddress(t)
	return a[:layout.AddressText+int(a[1])]
}

// ElectronFactory returns the container that an Electron leaves the factory
// with, byte for byte as Device OS v0.7.0-rc.3 .. v3.3.1 ships it
// (containers.md 4): no device keys, and a checksum that fits neither copy.
func ElectronFactory() []byte {
	c := blank(layout.ContainerSize)
	for i, seal := range []uint32{layout.DCDSealValid, layout.DCDSealCleared} {
		s := c[i*layout.SectorSize:][:layout.SectorSize]
		binary.LittleEndian.PutUint32(s[layout.DCDWatermark:], layout.DCDMagic)
		binary.LittleEndian.PutUint32(s[layout.DCDSeal:], seal)
		s[layout.DCDCounter] = 0xFC
		copy(s[layout.DCDCRC:], "\xE0\x87\xDC\x9A")
		app := s[layout.DCDApp:]
		app[0] = 0xC0
		put(app, layout.ServerPublicKey, layout.TCP, dct.CloudKey(layout.TCP))
		if i == 0 {
			put(app, layout.ServerPublicKey, layout.UDP, dct.CloudKey(layout.UDP))
			put(app, layout.ServerAddress, layout.UDP, addressText(layout.UDP))
		}
	}
	return c
}

// PhotonFactory returns the container that a Photon leaves the factory with.
// The file that ships since v1.4.4 differs from the one before in 606 zeros
// that open the Wi-Fi section (containers.md 4).
func PhotonFactory(since144 bool) []byte {
	c := blank(layout.ContainerSize)
	writeWICEDHeader(c)
	if since144 {
		const wifi = 0x1A30
		clear(c[wifi : wifi+606])
	}
	app := c[layout.WICEDApp:]
	app[0] = 0xC0
	put(app, layout.ServerPublicKey, layout.TCP, dct.CloudKey(layout.TCP))
	put(app, layout.ServerAddress, layout.TCP, append(addressText(layout.TCP), 0))
	return c
}

// writeWICEDHeader writes the header of a complete, current copy: zeros but
// for is_current, app_valid and the magic.
func writeWICEDHeader(copyBytes []byte) {
	clear(copyBytes[:layout.WICEDHeader])
	copyBytes[layout.WICEDIsCurrent] = 1
	copyBytes[layout.WICEDAppValid] = 1
	binary.LittleEndian.PutUint32(copyBytes[layout.WICEDMagicOffset:], layout.WICEDMagic)
}
