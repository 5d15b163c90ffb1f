package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// tally shows counts by name, the names in order.
func tally(counts map[string]int) string {
	if len(counts) == 0 {
		return "-"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s: %d", name, counts[name]))
	}
	return strings.Join(parts, ", ")
}

type webhooksCreateCmd struct {
	remote
	output
	Target      string   `arg:"" name:"url" help:"Where events are sent."`
	Events      []string `placeholder:"TYPE" env:"-" help:"Types and patterns, e.g. message.*; default: all but the explicit ones."`
	Device      string   `placeholder:"ID" env:"-" help:"Only events of this device."`
	Description string   `placeholder:"TEXT" env:"-" help:"A note for people."`
	Ordering    *string  `enum:"ordered,strict,fifo,parallel" env:"-" placeholder:"ORDER" help:"ordered (default), strict, fifo or parallel."`
	CA          string   `name:"ca" placeholder:"FILE" env:"-" help:"Certificates in PEM form that vouch for the endpoint instead of the system's authorities."`
	Cert        string   `name:"client-cert" placeholder:"FILE" env:"-" help:"Certificate in PEM form that is shown to the endpoint; needs --client-key."`
	Key         string   `name:"client-key" placeholder:"FILE" env:"-" help:"Its private key, without a passphrase."`
}

// Help says where the secret comes from.
func (webhooksCreateCmd) Help() string {
	return "The signing secret comes from WAPOST_WEBHOOK_SECRET or the file that WAPOST_WEBHOOK_SECRET_FILE names; else the gateway makes one and it is printed once."
}

// Run registers.
func (c *webhooksCreateCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	secret, err := secretFromEnvironment("WAPOST_WEBHOOK_SECRET")
	if err != nil {
		return err
	}
	body := map[string]any{"url": c.Target}
	if len(c.Events) > 0 {
		body["events"] = c.Events
	}
	for name, value := range map[string]string{"device_id": c.Device, "description": c.Description, "ordering": given(c.Ordering), "secret": secret} {
		if value != "" {
			body[name] = value
		}
	}
	settings, err := c.security()
	if err != nil {
		return err
	}
	if len(settings) > 0 {
		body["tls"] = settings
	}
	var made struct {
		ID     int64  `json:"id"`
		Secret string `json:"secret"`
	}
	a, err := api.Do(ctx, http.MethodPost, "/webhooks", nil, body, &made)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		return printJSON(os.Stdout, a.Data)
	}
	fmt.Printf("webhook %d sends to %s\n", made.ID, plain(c.Target, 200))
	if made.Secret != "" {
		fmt.Printf("secret (shown this once): %s\n", made.Secret)
	}
	fmt.Printf("`wapost webhooks test %d` tries it now\n", made.ID)
	return nil
}

// security reads the files of the TLS settings.
func (c *webhooksCreateCmd) security() (map[string]string, error) {
	settings := map[string]string{}
	for name, file := range map[string]string{"ca_pem": c.CA, "client_cert_pem": c.Cert, "client_key_pem": c.Key} {
		if file == "" {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		settings[name] = string(b)
	}
	return settings, nil
}

type webhooksPauseCmd struct {
	remote
	oneWebhook
}

// Run pauses.
func (c *webhooksPauseCmd) Run(ctx context.Context) error {
	return c.patch(ctx, c.oneWebhook, map[string]any{"active": false},
		fmt.Sprintf("webhook %d is paused; its events are held. `wapost webhooks resume %d` sends them", c.ID, c.ID))
}

// patch changes a webhook and says so.
func (r remote) patch(ctx context.Context, o oneWebhook, body map[string]any, done string) error {
	api, err := r.client()
	if err != nil {
		return err
	}
	if _, err := api.Do(ctx, http.MethodPatch, o.path(), nil, body, nil); err != nil {
		return explain(err)
	}
	fmt.Println(done)
	return nil
}

type webhooksResumeCmd struct {
	remote
	oneWebhook
	From string `default:"held" placeholder:"held|now|TIME" env:"-" help:"What was held: held sends it all in order, now skips it, a time or an age (2h, 3d) sends what is younger."`
}

// Run resumes.
func (c *webhooksResumeCmd) Run(ctx context.Context) error {
	from := c.From
	if from != "held" && from != "now" {
		var m moment
		if err := m.UnmarshalText([]byte(from)); err != nil {
			return fmt.Errorf("--from: held, now, or %w", err)
		}
		from = m.Format(time.RFC3339Nano)
	}
	return c.patch(ctx, c.oneWebhook, map[string]any{"active": true, "resume_from": from}, fmt.Sprintf("webhook %d is active", c.ID))
}

type webhooksDeleteCmd struct {
	remote
	oneWebhook
	Yes bool `required:"" env:"-" help:"Really delete it."`
}

// Run deletes.
func (c *webhooksDeleteCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	if _, err := api.Do(ctx, http.MethodDelete, c.path(), nil, nil, nil); err != nil {
		return explain(err)
	}
	fmt.Printf("webhook %d is deleted\n", c.ID)
	return nil
}

type webhooksTestCmd struct {
	remote
	output
	oneWebhook
	Type string `default:"webhook.test" env:"-" help:"Type of the event; another than webhook.test sends its example."`
}

// errNotDelivered makes the exit code of a test.
type errNotDelivered string

func (e errNotDelivered) Error() string { return "the test was not delivered: " + string(e) }

// Run tests.
func (c *webhooksTestCmd) Run(ctx context.Context) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var t struct {
		Delivered  bool    `json:"delivered"`
		StatusCode *int    `json:"status_code"`
		LatencyMS  int64   `json:"latency_ms"`
		ErrorClass *string `json:"error_class"`
		Error      *string `json:"error"`
		Response   *struct {
			Excerpt string `json:"excerpt"`
		} `json:"response"`
	}
	a, err := api.Do(ctx, http.MethodPost, c.path("/test"), nil, map[string]string{"type": c.Type}, &t)
	if err != nil {
		return explain(err)
	}
	if c.JSON {
		if err := printJSON(os.Stdout, a.Data); err != nil {
			return err
		}
	} else {
		answer := "no answer"
		if t.StatusCode != nil {
			answer = fmt.Sprintf("answer %d", *t.StatusCode)
		}
		fmt.Printf("%s after %d ms\n", answer, t.LatencyMS)
		if t.Response != nil && t.Response.Excerpt != "" {
			fmt.Println(plain(t.Response.Excerpt, 400))
		}
	}
	if t.Delivered {
		return nil
	}
	why := "unknown"
	if t.ErrorClass != nil && t.Error != nil {
		why = *t.ErrorClass + ": " + plain(*t.Error, 300)
	}
	return errNotDelivered(why)
}
