// Package history brings the past of an account: the phone announces its parts, each announcement is kept before it is
// acknowledged, and a worker fetches part after part until the messages are stored.
//
//	waiting ──fetched──► stored ──the phone was told──► done
//	   │ ▲                                              ▲
//	   │ └─ not now: tried again                        │ another notice takes its place
//	   └─ too often ──► failed ─────────────────────────┘
//
// It promises that a part is told as stored only when it is, that a part that was cut short is done again without anything
// being there twice, and that what could not be had is told (history.sync_failed). It promises nothing about when: a device
// must be connected.
package history
