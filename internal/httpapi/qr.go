package httpapi

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"rsc.io/qr"
)

// quiet is the white border of a QR code, in modules: scanners need it.
const quiet = 4

// drawing is a QR code that can be shown in several forms.
type drawing struct {
	code *qr.Code
	side int // with the border, in modules
}

// draw makes the QR code of a text. Level L is what WhatsApp shows: its codes are long, and screens are clean.
func draw(content string) (drawing, error) {
	code, err := qr.Encode(content, qr.L)
	if err != nil {
		return drawing{}, fmt.Errorf("encode a QR code: %w", err)
	}
	return drawing{code: code, side: code.Size + 2*quiet}, nil
}

func (d drawing) black(x, y int) bool {
	x, y = x-quiet, y-quiet
	return x >= 0 && y >= 0 && x < d.code.Size && y < d.code.Size && d.code.Black(x, y)
}

// png draws the code at the largest whole number of pixels per module that fits into size.
func (d drawing) png(size int) ([]byte, error) {
	scale := max(1, size/d.side)
	img := image.NewPaletted(image.Rect(0, 0, d.side*scale, d.side*scale), color.Palette{color.White, color.Black})
	for y := range d.side * scale {
		for x := range d.side * scale {
			if d.black(x/scale, y/scale) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("encode a PNG: %w", err)
	}
	return b.Bytes(), nil
}

// dataURI is the PNG for the src of an img.
func (d drawing) dataURI(size int) (string, error) {
	b, err := d.png(size)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b), err
}

// svg draws every black run of a row as one piece of one path.
func (d drawing) svg(size int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><path d="`, size, size, d.side, d.side)
	for y := range d.side {
		for x := 0; x < d.side; x++ {
			start := x
			for d.black(x, y) {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

// text draws the code for a terminal: two rows of modules a line, light on dark as most terminals are.
func (d drawing) text() []byte {
	var b strings.Builder
	for y := 0; y < d.side; y += 2 {
		for x := range d.side {
			upper, lower := !d.black(x, y), y+1 < d.side && !d.black(x, y+1)
			switch {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// html is a page that shows the code and nothing else; it loads nothing.
func (d drawing) html(until string) []byte {
	return []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Link a device</title>` +
		`<body><h1>Scan with WhatsApp</h1>` +
		string(d.svg(320)) + `<p>Valid until ` + until + `</p></body></html>`)
}
