// Package imagefile reads dumps from files and writes repaired images to new
// ones. It holds what keeps a user's files safe: inputs are bounded before they
// are read, an output is never an input, and no failure leaves an output half
// old and half new.
//
// # Security
//
// Files are created with mode 0600, for an image holds keys. Errors name files
// and sizes, never contents.
package imagefile

// Stdin is the name that stands for standard input.
const Stdin = "-"
