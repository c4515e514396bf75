// Command dct reads and repairs dumps of the configuration flash (DCT) of
// Particle devices. See "dct help" for its verbs.
//
// # Output
//
// Results go to standard output, complaints to standard error, one a line,
// beginning with "dct: ". With --json a result is one JSON object a line, and
// so is the complaint about an input that cannot be read: {"input", "error"}.
//
// Nothing secret is printed: keys appear as fingerprints. Whatever comes from
// outside, such as a file name, is printed with control characters escaped.
//
// The exit status is fsck's, bit by bit; several files give the OR of all:
//
//	0   no error, or nothing to repair
//	1   repaired, and the output written
//	4   errors are left; with 1 the output is written nevertheless
//	8   an input cannot be read or is not a DCT, or an output cannot be written
//	16  wrong usage; nothing was read or written
//	32  interrupted; an output is there whole or not at all
package main

import "os"

func main() { os.Exit(run(os.Args[1:], system())) }
