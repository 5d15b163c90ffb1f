package store

// chatIDs is the writer's memory of the numbers of chats. The database is the truth.
type chatIDs struct {
	last  int64             // the highest number given by this process, or on record; 0 = not read yet
	known map[chatKey]int64 // nil = nothing known
}

type chatKey struct{ device, chat string }

const lastChat = `SELECT coalesce(max(id), 0) FROM chats`

// maxKnownChats bounds the memory: about 200 bytes each.
const maxKnownChats = 50_000

// forget begins anew: chats were deleted or merged, or were never committed. Numbers that were given are not given again.
func (c *chatIDs) forget() { c.known = nil }

// trim is called between two rounds: what a round has looked up must stay known to its end.
func (c *chatIDs) trim() {
	if len(c.known) > maxKnownChats {
		c.forget()
	}
}

func (c *chatIDs) put(k chatKey, id int64) {
	if c.known == nil {
		c.known = map[chatKey]int64{}
	}
	c.known[k] = id
}

// next gives a new chat its number.
func (c *chatIDs) next(k chatKey) int64 {
	c.last++
	c.put(k, c.last)
	return c.last
}
