package simulator

// The counted faults: each use takes one away, the last one turns the fault off.

// clone copies the pointers' targets too.
func (f Faults) clone() Faults {
	f.RefuseLogin = copyOf(f.RefuseLogin)
	f.AckError = copyOf(f.AckError)
	f.NoAck = copyOf(f.NoAck)
	f.QueryError = copyOf(f.QueryError)
	f.QuerySilence = copyOf(f.QuerySilence)
	f.Media = copyOf(f.Media)
	f.MediaRetry = copyOf(f.MediaRetry)
	return f
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// check refuses values that mean nothing. Errors: ErrInvalid.
func (f *Faults) check() error {
	switch {
	case f.Wire == "":
		f.Wire = WireUp
	case f.Wire != WireUp && f.Wire != WireDown:
		return fail(CodeInvalid, "wire must be up or down, not %q", f.Wire)
	}
	for name, n := range map[string]int{"latency_ms": f.LatencyMS, "ack_deadline_ms": f.AckDeadlineMS, "page_size": f.PageSize, "pair_timeout_ms": f.PairTimeoutMS} {
		if n < 0 {
			return fail(CodeInvalid, "%s must not be negative", name)
		}
	}
	if f.RefuseLogin != nil && f.RefuseLogin.Reason <= 0 {
		return fail(CodeInvalid, "refuse_login needs a reason")
	}
	if f.AckError != nil && f.AckError.Code <= 0 {
		return fail(CodeInvalid, "ack_error needs a code")
	}
	if f.NoAck != nil && f.NoAck.Then != "" && f.NoAck.Then != "nothing" && f.NoAck.Then != "kick" {
		return fail(CodeInvalid, "no_ack.then must be nothing or kick, not %q", f.NoAck.Then)
	}
	if m := f.Media; m != nil && (m.Status < 0 || m.DelayMS < 0 || m.BytesPerS < 0 || m.CutAfter < 0) {
		return fail(CodeInvalid, "the numbers of media must not be negative, but for times")
	}
	if m := f.MediaRetry; m != nil {
		return m.check()
	}
	return nil
}

func (m *MediaRetryFault) check() error {
	if m.DelayMS < 0 {
		return fail(CodeInvalid, "media_retry.delay_ms must not be negative")
	}
	switch m.Answer {
	case "", RetryUpload, RetryNotFound, RetryDecryption, RetryGeneral, RetryError, RetrySilence:
		return nil
	}
	return fail(CodeInvalid, "media_retry.answer must be upload, not_found, decryption_error, general_error, error or silence, not %q", m.Answer)
}

// use takes one of times; the fault is over when it returns true.
func use(times *int) (over bool) {
	switch {
	case *times < 0:
		return false
	case *times <= 1:
		return true
	}
	*times--
	return false
}

func (f *faultSet) takeRefusal(d *Device) (taken *RefuseLogin) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(d, func(have *Faults) bool {
		if taken = copyOf(have.RefuseLogin); taken != nil && use(&have.RefuseLogin.Times) {
			have.RefuseLogin = nil
		}
		return taken != nil
	})
	return taken
}

// takeAckError finds a fault for a message that goes to a chat; matches tells whether the fault's To means that chat.
func (f *faultSet) takeAckError(d *Device, matches func(to string) bool) (taken *AckError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(d, func(have *Faults) bool {
		if have.AckError == nil || have.AckError.To != "" && !matches(have.AckError.To) {
			return false
		}
		if taken = copyOf(have.AckError); use(&have.AckError.Times) {
			have.AckError = nil
		}
		return true
	})
	return taken
}

func (f *faultSet) takeNoAck(d *Device) (taken *NoAck) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(d, func(have *Faults) bool {
		if taken = copyOf(have.NoAck); taken != nil && use(&have.NoAck.Times) {
			have.NoAck = nil
		}
		return taken != nil
	})
	return taken
}

// takeQuery finds a fault for a query: silence, or the code of an error; 0 and false mean a normal answer.
func (f *faultSet) takeQuery(d *Device, xmlns, child string) (code int, silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(d, func(have *Faults) bool {
		if q := have.QuerySilence; q.matches(xmlns, child) {
			silent = true
			if use(&q.Times) {
				have.QuerySilence = nil
			}
			return true
		}
		q := have.QueryError
		if !q.matches(xmlns, child) {
			return false
		}
		if code = q.Code; code == 0 {
			code = 503
		}
		if use(&q.Times) {
			have.QueryError = nil
		}
		return true
	})
	return code, silent
}

func (q *QueryFault) matches(xmlns, child string) bool {
	return q != nil && (q.XMLNS == "" || q.XMLNS == xmlns) && (q.Child == "" || q.Child == child)
}

func (f *faultSet) takeMedia() (taken *MediaFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if have := f.scopes[""]; have != nil && have.Media != nil {
		if taken = copyOf(have.Media); use(&have.Media.Times) {
			have.Media = nil
		}
	}
	return taken
}

func (f *faultSet) takeMediaRetry(d *Device) (taken *MediaRetryFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(d, func(have *Faults) bool {
		if taken = copyOf(have.MediaRetry); taken != nil && use(&have.MediaRetry.Times) {
			have.MediaRetry = nil
		}
		return taken != nil
	})
	return taken
}
