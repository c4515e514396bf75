module github.com/dctkit/dctkit

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	golang.org/x/mod v0.42.0
	pgregory.net/rapid v1.3.0
)
