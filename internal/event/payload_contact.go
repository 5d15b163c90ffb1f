package event

// ContactUpdate is the data of contact.update: an entry of the address book changed. An entry without names was emptied:
// WhatsApp does not tell of deleted ones.
type ContactUpdate struct {
	Contact      Person  `json:"contact"`
	FirstName    *string `json:"first_name"`
	FullName     *string `json:"full_name"`
	Username     *string `json:"username"`
	SavedOnPhone *bool   `json:"saved_on_phone"` // in the phone's own address book too
}
