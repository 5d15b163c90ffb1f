package event

func exampleOfMedia(t Type) any {
	switch t {
	case MediaReady:
		return ReadyMedia{Media: exampleMedia(), MessageID: messageID, Chat: exampleChat()}
	case MediaFailed:
		return FailedMedia{MediaID: mediaID, MessageID: messageID, Chat: exampleChat(), Reason: "not_on_phone"}
	}
	return nil
}

const mediaID = "med_019b2bdc-0ddc-7b10-8a44-51c0d2e3f4a5"

func exampleMedia() Media {
	size, width, height := int64(184211), 1280, 960
	return Media{ID: mediaID, Kind: MediaImage, MimeType: "image/jpeg", Size: &size,
		SHA256:  Text("9f2c6d0b7a51e8c34d0f6b1a2e7c98d5430f1b6a7c8d9e0f1a2b3c4d5e6f7081"),
		Caption: Text("like this?"), Width: &width, Height: &height, URL: MediaURL(mediaID)}
}
