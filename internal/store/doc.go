// Package store is the only room that speaks SQL.
//
// All writes go through one writer goroutine, which commits in groups without a timer: a round takes whatever queued while
// the last commit ran (SQLite in WAL mode with synchronous=FULL, so a nil error means that the data is on disk). Reads use a
// pool of their own. One file holds the SQL of one noun.
//
// It promises that an error of a job never harms the other jobs of its round, and that driver errors come back as fault
// kinds. It decides nothing: rules live in the rooms above which the Store interfaces are declared.
package store
