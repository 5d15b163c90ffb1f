package whatsapp

import (
	"math"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"wapost/internal/event"
)

func location(x *waE2E.LocationMessage) *event.Location {
	if x == nil {
		return nil
	}
	place := &event.Location{Name: event.Text(x.GetName()), Address: event.Text(x.GetAddress()), URL: event.Text(x.GetURL()),
		Comment: event.Text(x.GetComment()), AccuracyMeters: count(x.GetAccuracyInMeters())}
	if x.DegreesLatitude != nil || x.DegreesLongitude != nil { // a place may have a name alone, which is not at 0, 0
		latitude, longitude := finite(x.GetDegreesLatitude()), finite(x.GetDegreesLongitude())
		place.Latitude, place.Longitude = &latitude, &longitude
	}
	return place
}

// finite replaces what JSON cannot say.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

func (r *reader) location(d *event.Message, x *waE2E.LocationMessage) {
	if x.GetIsLive() {
		d.Kind, d.Text = event.KindLiveLocation, text(x.GetComment())
		d.LiveLocation = &event.LiveLocation{Latitude: finite(x.GetDegreesLatitude()), Longitude: finite(x.GetDegreesLongitude()),
			AccuracyMeters: count(x.GetAccuracyInMeters()), SpeedMPS: speed(x.SpeedInMps), Heading: heading(x.DegreesClockwiseFromMagneticNorth),
			Caption: text(x.GetComment())}
		return
	}
	d.Kind, d.Location = event.KindLocation, location(x)
	for _, line := range []string{x.GetComment(), x.GetName(), x.GetAddress()} {
		if d.Text = text(line); d.Text != nil {
			return
		}
	}
}

func (r *reader) liveLocation(d *event.Message, x *waE2E.LiveLocationMessage) {
	d.Kind, d.Text = event.KindLiveLocation, text(x.GetCaption())
	d.LiveLocation = &event.LiveLocation{Latitude: finite(x.GetDegreesLatitude()), Longitude: finite(x.GetDegreesLongitude()),
		AccuracyMeters: count(x.GetAccuracyInMeters()), SpeedMPS: speed(x.SpeedInMps), Heading: heading(x.DegreesClockwiseFromMagneticNorth),
		Update: x.GetSequenceNumber(), Caption: text(x.GetCaption())}
}

// speed and heading tell 0 from unknown: a phone that stands still says so.
func speed(v *float32) *float64 {
	if v == nil {
		return nil
	}
	// through the shortest decimal form would cost a round trip; three decimals are a millimetre per second
	f := math.Round(finite(float64(*v))*1000) / 1000
	return &f
}

func heading(v *uint32) *int {
	if v == nil {
		return nil
	}
	i := int(*v)
	return &i
}
