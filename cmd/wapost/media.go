package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wapost/internal/app"
	"wapost/internal/media"
)

// mediaSettings say how files that came with messages are kept.
type mediaSettings struct {
	MediaMaxFile      size          `default:"100MiB" help:"Largest file that is fetched from WhatsApp."`
	MediaMaxBytes     size          `default:"10GiB" help:"Room for all files together; those of the account that has most go first, the longest unused of them. 0 = no limit."`
	MediaAccountBytes size          `default:"0" help:"Room for all files of one account; its own longest unused go first. 0 = no limit but --media-max-bytes."`
	MediaMaxAge       time.Duration `default:"720h" help:"How long a file stays that nobody uses; 0 = no limit."`
	MediaAuto         string        `enum:"off,all" default:"off" help:"Fetch files when somebody asks (off), or all that are small enough as soon as they arrive (all)."`
	MediaAutoMaxBytes size          `default:"16MiB" help:"With --media-auto=all: the largest file that is fetched unasked."`
	MediaS3Endpoint   string        `name:"media-s3-endpoint" env:"WAPOST_MEDIA_S3_ENDPOINT" placeholder:"URL" help:"Keep files in an S3-compatible store at this address instead of the data directory; keys in WAPOST_MEDIA_S3_ACCESS_KEY and WAPOST_MEDIA_S3_SECRET_KEY."`
	MediaS3Bucket     string        `name:"media-s3-bucket" env:"WAPOST_MEDIA_S3_BUCKET" placeholder:"NAME" help:"The bucket."`
	MediaS3Region     string        `name:"media-s3-region" env:"WAPOST_MEDIA_S3_REGION" default:"us-east-1" help:"Its region."`
	MediaS3Prefix     string        `name:"media-s3-prefix" env:"WAPOST_MEDIA_S3_PREFIX" placeholder:"PATH" help:"Prefix of all names in it."`
}

// options reads what has no flag, because a flag would show in the list of processes.
func (s *mediaSettings) options() (app.MediaOptions, error) {
	o := app.MediaOptions{MaxFile: int64(s.MediaMaxFile), MaxBytes: int64(s.MediaMaxBytes), MaxAccount: int64(s.MediaAccountBytes), MaxAge: s.MediaMaxAge,
		Auto: s.MediaAuto == "all", AutoMaxBytes: int64(s.MediaAutoMaxBytes)}
	if s.MediaS3Endpoint == "" {
		if s.MediaS3Bucket != "" {
			return o, errors.New("--media-s3-bucket needs --media-s3-endpoint")
		}
		return o, nil
	}
	o.S3 = media.S3Options{Endpoint: s.MediaS3Endpoint, Bucket: s.MediaS3Bucket, Region: s.MediaS3Region, Prefix: s.MediaS3Prefix}
	for name, into := range map[string]*string{"WAPOST_MEDIA_S3_ACCESS_KEY": &o.S3.AccessKey, "WAPOST_MEDIA_S3_SECRET_KEY": &o.S3.SecretKey} {
		var err error
		if *into, err = secretFromEnvironment(name); err != nil {
			return o, err
		}
		if *into == "" {
			return o, fmt.Errorf("%s is missing; give it, or the path of a file with it as %s_FILE", name, name)
		}
	}
	return o, nil
}

// size is a number of bytes, written with or without a unit: 512, 100MiB, 10GiB, 5MB.
type size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *size) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	digits := strings.TrimRight(text, "BKMGTikbmgt ")
	unit := int64(1)
	switch strings.ToUpper(strings.TrimSpace(text[len(digits):])) {
	case "", "B":
	case "KIB", "K":
		unit = 1 << 10
	case "MIB", "M":
		unit = 1 << 20
	case "GIB", "G":
		unit = 1 << 30
	case "TIB", "T":
		unit = 1 << 40
	case "KB":
		unit = 1e3
	case "MB":
		unit = 1e6
	case "GB":
		unit = 1e9
	case "TB":
		unit = 1e12
	default:
		return fmt.Errorf("%q is not a size such as 100MiB", text)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is not a size such as 100MiB", text)
	}
	*s = size(n * unit)
	return nil
}
