package wecomsim

import (
	"slices"
	"sync/atomic"
)

const (
	get  = "GET"
	post = "POST"
)

// endpoints lists every call served, one function for each chapter.
func endpoints() []endpoint {
	return slices.Concat(authEndpoints(), directoryEndpoints(), messageEndpoints(), mediaEndpoints(),
		wayEndpoints(), customerEndpoints(), tagEndpoints(), strategyEndpoints(), welcomeEndpoints(), moreEndpoints())
}

func indexEndpoints() (map[string]*endpoint, map[string]*atomic.Int32) {
	list := endpoints()
	table, flight := make(map[string]*endpoint, len(list)), make(map[string]*atomic.Int32, len(list))
	for i := range list {
		e := &list[i]
		if _, twice := table[e.path]; twice {
			panic("wecomsim: two endpoints at " + e.path)
		}
		table[e.path], flight[e.path] = e, &atomic.Int32{}
	}
	return table, flight
}
