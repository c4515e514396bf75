// Package fuzz makes images of simulated devices: factory-fresh, healthy, and
// with one named thing wrong. Tests of this project use it, and so can anyone
// who tests code that reads a DCT.
//
// Everything is made from a seed: the same arguments give the same bytes. The
// keys are made for tests and worthless.
package fuzz
