// Package store is the only room that speaks SQL: one text for SQLite and PostgreSQL; dialect.go has what differs.
//
// All writes go through one writer goroutine, which commits in groups without a timer: a round takes whatever queued while
// the last commit ran (SQLite in WAL mode with synchronous=FULL, PostgreSQL with synchronous_commit=on, so a nil error means
// that the data is on disk). Reads use a pool of their own. One file holds the SQL of one noun.
//
// At a server the writer also holds a lock (claim.go), loses and replaces its connection (connect.go), finds out how a COMMIT
// ended that nobody answered (doubt.go), and sends what a round has gathered in few exchanges (pipeline.go).
//
// It promises that an error of a job never harms the other jobs of its round, and that driver errors come back as fault
// kinds. It decides nothing: rules live in the rooms above which the Store interfaces are declared.
package store
