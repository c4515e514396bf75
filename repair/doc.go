// Package repair brings the right bytes back into a damaged image.
//
// [Run] goes the whole way in memory: diagnose, plan, apply to a copy, check
// again. [Diagnose] is dct.Check with the repairs that need nothing but the
// image tried, so that "auto" in its report is proved.
//
// What always holds: the input is never changed; only bytes that the plan
// names differ in the output; a healthy image gives an empty plan; no key is
// written that does not verify arithmetically; a key that a witness in the
// image contradicts is not taken unless the caller accepts its fingerprint.
//
// # Security
//
// Plans and errors name keys by the fingerprint of their public half. The
// output image holds the keys, of course. Arithmetic is not constant time.
package repair
