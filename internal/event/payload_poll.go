package event

// Poll is kind poll.
type Poll struct {
	Question      string       `json:"question"`
	Options       []PollOption `json:"options"`
	OptionsTotal  int          `json:"options_total,omitempty"`
	MaxSelections int          `json:"max_selections"` // 0 = any number
	Type          string       `json:"type"`           // "poll", "quiz"
	CorrectOption *string      `json:"correct_option"` // of a quiz, when the sender tells
	EndsAt        *Time        `json:"ends_at"`
	Anonymous     bool         `json:"anonymous"`    // who voted for what is not shown
	OpenOptions   bool         `json:"open_options"` // everyone may add options
	AddedOption   *string      `json:"added_option,omitempty"`
}

// PollOption is one answer. Votes name it by its hash.
type PollOption struct {
	Name string `json:"name"`
	Hash string `json:"hash"` // SHA-256 of the name, lower-case hex
}

// PollResult is kind poll_result: a snapshot of the counts.
type PollResult struct {
	Question     string        `json:"question"`
	Results      []PollCounted `json:"results"`
	ResultsTotal int           `json:"results_total,omitempty"`
	Type         string        `json:"type"` // "poll", "quiz"
}

// PollCounted is one line of a poll_result.
type PollCounted struct {
	Name  string `json:"name"`
	Votes int64  `json:"votes"`
}

// PollVote is the data of message.poll_vote. No options = the vote was withdrawn. Undecoded: the vote could not be opened,
// because the poll's secret is not known here; options is empty then and says nothing.
type PollVote struct {
	Poll               VotedPoll `json:"poll"`
	Chat               Chat      `json:"chat"`
	By                 Person    `json:"by"`
	ByMe               bool      `json:"by_me"`
	Options            []string  `json:"options"` // names
	OptionsTotal       int       `json:"options_total,omitempty"`
	UnknownHashes      []string  `json:"unknown_hashes"` // of options whose name is not known here
	UnknownHashesTotal int       `json:"unknown_hashes_total,omitempty"`
	VoteID             string    `json:"vote_id"`
	Undecoded          bool      `json:"undecoded,omitempty"`
}

// VotedPoll is the poll of a vote.
type VotedPoll struct {
	MessageID string  `json:"message_id"`
	Question  *string `json:"question"` // null when the poll is not known here
	Sender    *Person `json:"sender"`
}
