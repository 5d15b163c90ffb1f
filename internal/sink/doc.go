// Package sink is a webhook receiver that keeps a ledger: what came, what came twice, what is missing, what came out of
// order, how late, and whether it was signed. On command it misbehaves, as receivers do.
//
// It promises to judge a gateway by the public contract alone: it shares no code with the sender, so that a mistake of ours
// cannot agree with itself. Its memory is bounded (see ledger); what it had to forget is told in the report.
package sink
