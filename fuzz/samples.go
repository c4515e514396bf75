package fuzz

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/dct"
	"github.com/dctkit/dctkit/layout"
)

// A Sample is a named image with one thing wrong, or nothing, or a backup that
// belongs to one. The files in testdata/images are made from these.
type Sample struct {
	Name   string // file name
	Recipe string // how it is made, and from which device
	Backup bool   // a backup, not a dump
	Build  func() []byte
}

// Samples returns all named images.
func Samples() []Sample { return append([]Sample(nil), samples...) }

var samples = []Sample{
	{Name: "electron-healthy.bin", Recipe: "Electron, seed 1, settled by v2b: copy 1 current, copy 0 superseded. Nothing is wrong.",
		Build: func() []byte { return NewDevice(layout.Electron, 1).Container(dct.V2b) }},
	{Name: "electron-keys-garbage.bin", Recipe: "Electron, seed 2, settled by v1 (0.6.4). Private key and server key of the UDP slots overwritten with noise in both copies: the first field report.",
		Build: electronKeysGarbage},
	{Name: "electron-keys-garbage.helper", Backup: true, Recipe: "The DeviceKeyHelperRK record of the same device, from before the damage.",
		Build: func() []byte { return NewDevice(layout.Electron, 2).HelperRecord() }},
	{Name: "electron-first-byte-erased.bin", Recipe: "Electron, seed 3, v2b. Byte 0 of the private key is FF in both copies; the rest is intact.",
		Build: func() []byte {
			return written(NewDevice(layout.Electron, 3), dct.V2b, func(app []byte) { app[3106] = 0xFF })
		}},
	{Name: "electron-point-damaged.bin", Recipe: "Electron, seed 4, v2b, key loaded by particle-cli. Two bits of the embedded public point are flipped in both copies.",
		Build: func() []byte {
			d := NewDevice(layout.Electron, 4)
			d.ByCLI = true
			return written(d, dct.V2b, func(app []byte) { app[3106+60] ^= 0x10; app[3106+99] ^= 0x02 })
		}},
	{Name: "electron-key-null-in-current-copy.bin", Recipe: "Electron, seed 5, v2b. The private key is all zeros in the current copy; the superseded one still has it.",
		Build: func() []byte {
			d := NewDevice(layout.Electron, 5)
			null := d.App()
			clear(null[3106 : 3106+192])
			return Container(dct.V2b, null, d.before())
		}},
	{Name: "electron-server-address-erased.bin", Recipe: "Electron, seed 6, v1 (0.6.4). The UDP server address is FF in both copies.",
		Build: func() []byte {
			return written(NewDevice(layout.Electron, 6), dct.V1, func(app []byte) { copy(app[3490:], blank(128)) })
		}},
	{Name: "electron-transport-flipped.bin", Recipe: "Electron, seed 7, v2b. One bit of byte 2977 is 0 in both copies, so the device uses TCP.",
		Build: func() []byte {
			return written(NewDevice(layout.Electron, 7), dct.V2b, func(app []byte) { app[layout.TransportOffset] = 0xFE })
		}},
	{Name: "electron-torn-write.bin", Recipe: "Electron, seed 8, v2b writing from copy 1 to copy 0, power lost before the old seal was retired; the write was the server address.",
		Build: electronTornWrite},
	{Name: "electron-private-cloud.bin", Recipe: "Electron, seed 9, v2b. Server key and address of a private cloud: healthy, with two warnings.",
		Build: func() []byte {
			return written(NewDevice(layout.Electron, 9), dct.V2b, func(app []byte) {
				put(app, layout.ServerPublicKey, layout.UDP, ECKey(1009).Public())
				put(app, layout.ServerAddress, layout.UDP, []byte("\x01\x11cloud.example.org"))
			})
		}},
	{Name: "electron-dfu.bin", Recipe: "Electron, seed 10, v2b: 16384 bytes from DFU alternate setting 1, so with the footer and 8 foreign bytes behind. The UDP server key is null.",
		Build: electronDFU},
	{Name: "photon-healthy.bin", Recipe: "Photon, seed 11, settled by w37: copy 1 current, copy 0 superseded. Nothing is wrong.",
		Build: func() []byte { return NewDevice(layout.Photon, 11).Container(dct.W37) }},
	{Name: "photon-key-null.bin", Recipe: "Photon, seed 12, w37. The private key is all zeros in both copies.",
		Build: func() []byte {
			return written(NewDevice(layout.Photon, 12), dct.W37, func(app []byte) { clear(app[34 : 34+612]) })
		}},
	{Name: "photon-key-null.pem", Backup: true, Recipe: "The private key of the same device as PEM, as 'particle keys new' writes it.",
		Build: func() []byte {
			return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: RSAKey(12).MinimalDER()})
		}},
	{Name: "photon-key-tags-damaged.bin", Recipe: "Photon, seed 13, w33. Bits flipped in three tags of the private key, where the device's reader does not look.",
		Build: func() []byte {
			return written(NewDevice(layout.Photon, 13), dct.W33, func(app []byte) {
				for _, tag := range []int{7, 276, 544} {
					app[34+tag] ^= 0x20
				}
			})
		}},
	{Name: "photon-key-unloadable.bin", Recipe: "Photon, w33, with an RSA key whose minimal DER has a number of 63 bytes: sound, but the device cannot load it.",
		Build: photonKeyUnloadable},
	{Name: "photon-server-key-flipped.bin", Recipe: "Photon, seed 14, w37. Three bits of the server key's modulus are flipped in both copies.",
		Build: func() []byte {
			return written(NewDevice(layout.Photon, 14), dct.W37, func(app []byte) {
				for _, at := range []int{70, 150, 260} {
					app[2082+at] ^= 0x04
				}
			})
		}},
	{Name: "failed-read.bin", Recipe: "8391 zeros: what a bootloader sends that cannot reach the DCT.",
		Build: func() []byte { return make([]byte, layout.AppSize) }},
}

// written is the container after the device's firmware stored a DCT changed by
// damage, before and after its last other write: both copies have it, and the
// checksums are right.
func written(d Device, g dct.Generation, damage func(app []byte)) []byte {
	current, before := d.App(), d.before()
	damage(current)
	damage(before)
	return Container(g, current, before)
}

func electronKeysGarbage() []byte {
	return written(NewDevice(layout.Electron, 2), dct.V1, func(app []byte) {
		fill(randomness("noise", 2), app[3106:3106+192+96])
	})
}

func electronTornWrite() []byte {
	d := NewDevice(layout.Electron, 8)
	old, current := d.App(), d.App()
	copy(old[3490:], blank(128))
	c := Container(dct.V2b, old, d.before())
	first := c[:layout.SectorSize]
	dcdSector(first, current, layout.DCDSealValid)
	dcdFooter(first, 4)
	return c
}

func electronDFU() []byte {
	c := written(NewDevice(layout.Electron, 10), dct.V2b, func(app []byte) { clear(app[3298 : 3298+192]) })
	// Copy 1 is current: what follows it is the header of an EEPROM page.
	dump := bytes.Clone(c[layout.SectorSize+layout.DCDApp:])
	return binary.LittleEndian.AppendUint64(dump, 0xFFFFFFFF_FFFF0000)
}

func photonKeyUnloadable() []byte {
	d := NewDevice(layout.Photon, 100)
	for ; ; d.Seed++ {
		d.RSA = RSAKey(d.Seed)
		slot := append(d.RSA.MinimalDER(), blank(612)...)[:612]
		if numbers, ok := asn1check.DeviceStrides(slot); !ok || !numbers.Usable() {
			return written(d, dct.W33, func(app []byte) { copy(app[34:], slot) })
		}
	}
}
