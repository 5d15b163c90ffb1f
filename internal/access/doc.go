// Package access answers who is calling: the operator with the admin secret, a customer with an API key, or one device with
// its token. It makes and checks these credentials and keeps the accounts that they stand for.
//
// It promises that a credential ends the moment its account is disabled, its key expires, its device is deleted or its token
// version is raised, that secrets are compared in constant time and stored only as SHA-256, and that a failing database is
// never taken for a wrong credential. It does not decide what a caller may see: that is the work of each room's scope.
package access
