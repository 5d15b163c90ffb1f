package event

// Delivered is the data of message.delivered. Apps show no second tick while Active is false.
type Delivered struct {
	MessageIDs      []string `json:"message_ids"`
	MessageIDsTotal int      `json:"message_ids_total,omitempty"`
	Chat            Chat     `json:"chat"`
	Recipient       Person   `json:"recipient"`
	Active          bool     `json:"active"`
}

// Seen is the data of message.read, message.played and status.viewed.
type Seen struct {
	MessageIDs      []string `json:"message_ids"`
	MessageIDsTotal int      `json:"message_ids_total,omitempty"`
	Chat            Chat     `json:"chat"`
	Recipient       Person   `json:"recipient"`
}

// SeenBySelf is the data of message.read_self and message.played_self. Private: receipts are switched off.
type SeenBySelf struct {
	MessageIDs      []string `json:"message_ids"`
	MessageIDsTotal int      `json:"message_ids_total,omitempty"`
	Chat            Chat     `json:"chat"`
	Sender          *Person  `json:"sender"`
	Private         bool     `json:"private"`
}

// OtherReceipt is the data of message.receipt.
type OtherReceipt struct {
	ReceiptType     string   `json:"receipt_type"`
	MessageIDs      []string `json:"message_ids"`
	MessageIDsTotal int      `json:"message_ids_total,omitempty"`
	Chat            Chat     `json:"chat"`
	Sender          Person   `json:"sender"`
	FromMe          bool     `json:"from_me"`
}
