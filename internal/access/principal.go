package access

import "strconv"

// Role is the kind of a caller.
type Role uint8

// The roles.
const (
	Admin   Role = iota + 1 // the operator
	Account                 // a customer, by API key
	Device                  // one device, by token
)

// Principal is an authenticated caller.
type Principal struct {
	Role        Role
	AccountID   int64  // 0 for Admin
	DeviceID    string // set for Device only
	Credential  string // names the credential for rate limits; holds no secret
	HourlyLimit int    // requests per hour of the account; 0 = none
}

// AccountKey names the caller's account for limits that all its credentials share.
func (p Principal) AccountKey() string { return "account:" + strconv.FormatInt(p.AccountID, 10) }
