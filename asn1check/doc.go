// Package asn1check judges what a key slot of a Particle device holds: DER with positions, key arithmetic, one
// verdict. Bytes in, [Verdict] out.
//
// A slot is a fixed run of bytes in the device's configuration (DCT). There is one function a kind of slot:
// [RSAPrivate] and [RSAPublic] for the TCP transport, [ECPrivate] and [ECPublic] for UDP. Each takes the raw bytes,
// whatever they are, and never fails: damage is a normal value here. Key material that a program brings along is read
// by [ParsePrivateKey] or built by [NewEC] and [NewRSA]; a [PrivateKey] always verifies, and is written in the form
// that devices of every age read.
//
// # Why not crypto/x509
//
// The devices write INTEGERs with superfluous leading zeros (behaviour.md 1.2) and scalars of 31 to 33 octets
// (behaviour.md 1.4), which strict parsers call broken; and crypto/x509 ignores an embedded public point that does not
// belong to the scalar, which is the damage that matters most. This package accepts what devices write, is strict
// about everything else, and believes a key only after its arithmetic.
//
// Two answers are kept apart: the state says whether the slot holds a sound key, and [Verdict.Loads] whether the
// device's own, far laxer, reader gets a working key out of it (behaviour.md 1.3, 1.5).
//
// # Security
//
// Nothing here runs in constant time. The package is meant for arithmetic on dumps, offline, not for a service that
// handles keys in reach of an attacker's clock. No string that it returns (details, errors, any fmt verb of a
// PrivateKey) holds bytes of a key; [Verdict.Public] and [PrivateKey.Point] are public by nature,
// [PrivateKey.DeviceDER] and [PrivateKey.MinimalDER] are the secret itself. Inputs are never altered nor kept, and
// neither memory nor time grows with anything but the length of the slot.
package asn1check
