package dct

import (
	"bytes"
	"encoding/asn1"
	"slices"

	"github.com/dctkit/dctkit/asn1check"
	"github.com/dctkit/dctkit/layout"
)

// runMax bounds how far a key is taken to run: past the end of any RSA-4096
// private key. A damaged length can claim more.
const runMax = 4096

// keyRuns returns where key material lies, or may lie, whatever the fields
// there are meant for: a key loaded to the wrong place runs over its
// neighbours, and old firmware wrote keys to places of its own (behaviour.md
// 5). Better to hide a field too many than to show a piece of a key.
func keyRuns(app []byte) []layout.Range {
	return slices.Concat(privateKeyHeads(app), curveTraces(app), slotOverruns(app), headlessOverruns(app))
}

// covered reports whether a field must not be shown. The private-key fields
// are where keys belong; they show a state and no bytes anyway.
func covered(f layout.Field, runs []layout.Range) bool {
	if slot, ok := layout.SlotNamed(f.Name); ok && slot.Role == layout.DevicePrivateKey {
		return false
	}
	return slices.ContainsFunc(runs, f.Overlaps)
}

// privateKeyHeads finds every DER private key by its beginning: a SEQUENCE
// that opens with the version 0 (PKCS #1, PKCS #8) or 1 (SEC 1).
func privateKeyHeads(app []byte) []layout.Range {
	const shortest = 32 // a scalar alone; less is no key of these devices
	var runs []layout.Range
	for at := range app {
		if app[at] != SequenceTag {
			continue
		}
		head, body := derLength(app[at:])
		inner := app[min(at+head, len(app)):]
		version := bytes.HasPrefix(inner, []byte{asn1.TagInteger, 1, 0}) || bytes.HasPrefix(inner, []byte{asn1.TagInteger, 1, 1})
		if head > 0 && body >= shortest && version {
			runs = append(runs, layout.Range{Offset: at, Length: min(head+body, runMax)})
		}
	}
	return runs
}

// derLength reads the length of the DER element at the front of b: the bytes
// of its header, 0 where that makes no sense, and of its contents.
func derLength(b []byte) (head, body int) {
	switch {
	case len(b) >= 2 && b[1] < 0x80:
		return 2, int(b[1])
	case len(b) >= 3 && b[1] == 0x81:
		return 3, int(b[2])
	case len(b) >= 4 && b[1] == 0x82:
		return 4, int(b[2])<<8 | int(b[3])
	}
	return 0, 0
}

// curveTraces finds EC private keys that have lost their beginning, such as
// the scalar that leaks into the public-key slot of an Electron that booted on
// TCP with an EC key at 34 (behaviour.md 5). Only SEC 1 names its curve under
// the tag [0]; scalar before and point behind it are taken in.
func curveTraces(app []byte) []layout.Range {
	const (
		trace  = "\xA0\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07"
		before = 33 // a scalar, with the sign octet of old encoders
		behind = 70 // the point of 65 bytes, and its headers
	)
	var runs []layout.Range
	for at := 0; ; {
		i := bytes.Index(app[at:], []byte(trace))
		if i < 0 {
			return runs
		}
		at += i
		from := max(at-before, 0)
		runs = append(runs, layout.Range{Offset: from, Length: at + len(trace) + behind - from})
		at += len(trace)
	}
}

// slotOverruns returns the DER in key slots that is longer than its slot.
func slotOverruns(app []byte) []layout.Range {
	var runs []layout.Range
	for _, slot := range layout.Slots(layout.Unknown) {
		v, ok := JudgeSlot(layout.Unknown, app, slot, Options{SkipPrimality: true})
		if ok && v.Offset+v.Length > slot.Length {
			runs = append(runs, layout.Range{Offset: slot.Offset, Length: min(v.Offset+v.Length, runMax)})
		}
	}
	return runs
}

// headlessOverruns takes a private key to run on where its slot and the key
// slot behind it both hold something that is neither a key nor blank: the
// first bytes, which would tell the length, are what is damaged.
func headlessOverruns(app []byte) []layout.Range {
	all := layout.Slots(layout.Unknown)
	var runs []layout.Range
	for i, slot := range all {
		if slot.Role == layout.DevicePrivateKey && unreadable(app, slot) && unreadable(app, all[i+1]) {
			runs = append(runs, layout.Range{Offset: slot.Offset, Length: runMax})
		}
	}
	return runs
}

// unreadable reports whether a slot visibly holds something else than it
// should, not merely a damaged key of the cloud.
func unreadable(app []byte, slot layout.Slot) bool {
	v, ok := JudgeSlot(layout.Unknown, app, slot, Options{SkipPrimality: true})
	if !ok || v.State != asn1check.Malformed {
		return false
	}
	b, _ := slot.Of(app)
	_, near := nearCloudKey(b, slot.Transport)
	return slot.Role != layout.ServerPublicKey || !near
}
