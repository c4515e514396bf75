// Package dct reads the configuration flash of Particle devices: it recognises
// what a dump is, tells which copy each generation of firmware would read,
// and judges every key and server address in it.
//
// Start with [Recognise] and [Check]:
//
//	img := dct.Recognise(dump, dct.Hint{})
//	report := dct.Check(img, dct.Options{})
//
// A damaged image is a normal value here, never an error: any bytes give a
// [Report]. Package repair goes on from there; its Diagnose is Check with the
// cheap repairs tried, so that "auto" in a report is proved.
//
// [Generation] is the storage code of one range of firmware. Its rules were
// recorded from the genuine code and are checked against every recorded flash
// state (containers.md, vectors).
//
// # Security
//
// A dump holds private keys, passwords and credentials. A Report holds none
// of them: keys appear as SHA-256 fingerprints of their public half, and what
// is secret is redacted by place and not by what it looks like. Nothing in
// this package is constant time; it is for dumps at rest, offline.
//
// # Compatibility
//
// The JSON form of Report is schema 1: keys and meanings stay, keys may be
// added. Finding codes are never given a second meaning.
package dct
