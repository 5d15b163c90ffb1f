package event

// Money is an amount: value / offset, in a currency.
type Money struct {
	Value    int64  `json:"value"`
	Offset   int    `json:"offset"`
	Currency string `json:"currency"` // ISO 4217
}

// Product is kind product: an article, or a whole catalogue when product_id is null.
type Product struct {
	ProductID   *string `json:"product_id"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
	URL         *string `json:"url"`
	RetailerID  *string `json:"retailer_id"`
	Price       *Money  `json:"price"`
	SalePrice   *Money  `json:"sale_price"`
	Business    *Person `json:"business"`
	Media       *Media  `json:"media"`
	Body        *string `json:"body"`
	Footer      *string `json:"footer"`
}

// Order is kind order.
type Order struct {
	OrderID *string `json:"order_id"`
	Token   *string `json:"token"`
	Title   *string `json:"title"`
	Message *string `json:"message"`
	Items   int     `json:"items"`
	Total   *Money  `json:"total"`
	Status  *string `json:"status"` // "inquiry", "accepted", "declined"
	Seller  *Person `json:"seller"`
}

// Payment is kind payment.
type Payment struct {
	// Action is "sent", "requested", "declined", "cancelled", "invite", "invoice", "reminder", "split" or "split_update".
	Action           string         `json:"action"`
	Amount           *Money         `json:"amount"`
	Note             *string        `json:"note"`
	RequestMessageID *string        `json:"request_message_id"`
	ExpiresAt        *Time          `json:"expires_at"`
	Media            *Media         `json:"media"`
	Details          PaymentDetails `json:"details"`
}

// PaymentDetails is what only some actions have.
type PaymentDetails struct {
	RequestFrom       *Person       `json:"request_from,omitempty"`     // requested
	Service           *string       `json:"service,omitempty"`          // invite
	Token             *string       `json:"token,omitempty"`            // invoice
	TransactionData   *string       `json:"transaction_data,omitempty"` // sent
	ReminderID        *string       `json:"reminder_id,omitempty"`      // reminder
	Frequency         *string       `json:"frequency,omitempty"`        // reminder
	Status            *string       `json:"status,omitempty"`           // reminder
	Payee             *Person       `json:"payee,omitempty"`            // reminder
	Payer             *Person       `json:"payer,omitempty"`            // reminder
	SplitID           *string       `json:"split_id,omitempty"`         // split, split_update
	Requester         *Person       `json:"requester,omitempty"`        // split
	Participants      []PaymentPart `json:"participants,omitempty"`     // split; split_update: who paid
	ParticipantsTotal int           `json:"participants_total,omitempty"`
}

// PaymentPart is the share of one participant.
type PaymentPart struct {
	Person Person  `json:"person"`
	Amount *Money  `json:"amount"`
	Status *string `json:"status"` // "pending", "paid"
}
