// Package tree holds the tests that guard the house: floors, package docs, file sizes,
// words, and the list of features with the tests that prove them. It has no code that the
// program uses.
package tree
