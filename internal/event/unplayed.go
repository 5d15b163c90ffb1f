package event

// Unplayed says why no test causes a type end to end, from a stanza of the simulator to a signed request; "" = one does.
func Unplayed(t Type) string {
	switch t {
	case ConnectionKeepaliveTimeout, ConnectionKeepaliveRestored:
		return "needs half a minute of silence; the simulator can be silent (`mute_pings`)"
	case ConnectionQRWithoutMD:
		return "the simulator has no phones without multi-device"
	case ConnectionPasskeyError:
		return "the simulator's phones make no mistakes with passkeys"
	case ConnectionPairTimeout:
		return "the codes run out after minutes"
	case DevicePhoneUnseen:
		return "the phone must have been away for days"
	case WebhookDeliveryFailedType:
		return "a delivery is tried for days before it is given up"
	case WebhookEventsExpiredType:
		return "events must be as old as the retention"
	}
	return ""
}
