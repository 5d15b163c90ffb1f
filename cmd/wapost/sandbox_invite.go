package main

import "strings"

// invite prints what can be done now. The first line is the request of the API page.
func (d *demo) invite() {
	d.say("%s", strings.NewReplacer(
		"{url}", d.ready.URL, "{sim}", d.ready.SimulatorURL, "{key}", d.ready.APIKey, "{token}", d.ready.Token, "{device}", d.ready.DeviceID,
		"{admin}", d.ready.AdminSecret, "{own}", ownPhone, "{mia}", miaPhone, "{echo}", echoPhone, "{group}", d.group,
	).Replace(`
wapost sandbox is up; stop it with Ctrl-C.

  gateway    {url}   reference: {url}/docs
  simulator  {sim}   control API: {sim}/openapi.json

  export API_KEY={key}
  export TOKEN={token}
  export ADMIN_SECRET={admin}

Register a webhook of your own:
  curl \
   --request POST '{url}/webhooks' \
   --header "Authorization: $API_KEY" \
   --header "Content-Type: application/json" \
   --data '{"url":"https://your-server.com/webhook","secret":"string","events":["message.received","connection.connected"]}'

In the sandbox http and 127.0.0.1 are allowed too, so your own program can listen:
  curl -X POST {url}/webhooks -H "Authorization: $API_KEY" -H 'Content-Type: application/json' \
   -d '{"url":"http://127.0.0.1:3000/webhook"}'

Let Mia ({mia}) write to you; the answer comes when WhatsApp heard "received", that is after the commit:
  curl --json '{"to":"{own}","text":"hi"}' '{sim}/users/{mia}/messages?wait=acked'

Write to Echo ({echo}), who answers:
  curl -X POST {url}/chats/{echo}/messages -H "Authorization: $API_KEY" -H 'Content-Type: application/json' \
   -d '{"text":"hello"}'

Cut the connection and see it come back:
  curl --json '{}' {sim}/devices/{own}:1/kick
`))
}
