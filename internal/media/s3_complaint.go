package media

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// complaint is what an S3-compatible store says about a request that it refuses. The rest of such an answer is left out of
// errors, and so of the log: it repeats the access key, the string that was signed and whatever else the store likes to tell.
type complaint struct {
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}

// The longest of them that are taken.
const (
	longestCode    = 64
	longestMessage = 200
	longestAnswer  = 16 << 10
)

// complaintOf reads an answer; what is no complaint is an empty one.
func complaintOf(answer []byte) (c complaint) {
	if xml.Unmarshal(answer, &c) != nil {
		return complaint{}
	}
	c.Code, c.Message = oneLine(c.Code, longestCode), oneLine(c.Message, longestMessage)
	return c
}

// String implements fmt.Stringer.
func (c complaint) String() string {
	if c.Code == "" {
		return "without a code"
	}
	return fmt.Sprintf("%s (%s)", c.Code, c.Message)
}

func oneLine(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
