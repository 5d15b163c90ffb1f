package event

// Location is kind location, and the place of an event. Degrees are WGS 84; both are null when only the name of a place is given.
type Location struct {
	Latitude       *float64 `json:"latitude"`
	Longitude      *float64 `json:"longitude"`
	Name           *string  `json:"name"`
	Address        *string  `json:"address"`
	URL            *string  `json:"url"`
	Comment        *string  `json:"comment"`
	AccuracyMeters *int     `json:"accuracy_meters"`
}

// LiveLocation is kind live_location. Updates are numbered.
type LiveLocation struct {
	Latitude       float64  `json:"latitude"`
	Longitude      float64  `json:"longitude"`
	AccuracyMeters *int     `json:"accuracy_meters"`
	SpeedMPS       *float64 `json:"speed_mps"` // metres per second
	Heading        *int     `json:"heading"`   // degrees clockwise from north
	Update         int64    `json:"update"`
	Caption        *string  `json:"caption"`
}
