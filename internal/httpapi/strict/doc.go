// Package strict reads the JSON object of a request body into a struct and refuses everything that the struct does not say:
// unknown and repeated fields, other types, text after the object, bytes that are not UTF-8, the character U+0000.
//
// It promises the exact sentences of the public contract, as fault.Invalid, and the order of its checks: syntax, then repeated
// fields, then unknown ones, then types in the order of the struct, then the encoding, then U+0000. What the values mean is not its business.
package strict
