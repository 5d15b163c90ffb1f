// Package httppost makes one attempt: it signs the stored bytes, sends them through the guarded door and says what became of
// them.
//
// It promises that the bytes signed are the bytes sent, that an attempt never lasts longer than the webhook's timeout, that
// the outcome is fixed when the headers of the answer are in, and that nothing of ours (addresses, keys, values of custom
// headers) gets into the text of an outcome. When and how often to try is decided elsewhere.
package httppost
