package funnel

import (
	"math"
	"slices"
)

// durations are many, in chunks: nothing is copied as they grow.
type durations struct {
	chunks [][]float32 // s
	sum    int64       // ms
	n      int
}

// The first chunk is small since a breakdown has many lists.
const (
	firstChunk = 16
	lastChunk  = 8192
)

func (d *durations) add(ms int64) {
	last := len(d.chunks) - 1
	if last < 0 || len(d.chunks[last]) == cap(d.chunks[last]) {
		size := firstChunk
		if last >= 0 {
			size = min(2*cap(d.chunks[last]), lastChunk)
		}
		d.chunks = append(d.chunks, make([]float32, 0, size))
		last++
	}
	d.chunks[last] = append(d.chunks[last], float32(ms)/1000)
	d.sum += ms
	d.n++
}

// join adds those of e, which is not used any more.
func (d *durations) join(e *durations) {
	d.chunks = append(d.chunks, e.chunks...)
	d.sum += e.sum
	d.n += e.n
}

// spread is the mean and the median in seconds, nil of nothing.
func (d *durations) spread() (average, median *float64) {
	if d.n == 0 {
		return nil, nil
	}
	mean := float64(d.sum) / 1000 / float64(d.n)
	middle := (float64(d.nth((d.n-1)/2)) + float64(d.nth(d.n/2))) / 2
	return &mean, &middle
}

// few are sorted to find one of them.
const few = 4096

// nth is the element that would be at place k if all were sorted. Of many it counts those
// with the same upper half of bits, which are in the order of the numbers since none is
// negative, and sorts only the elements among which the place lies.
func (d *durations) nth(k int) float32 {
	if d.n <= few {
		all := slices.Concat(d.chunks...)
		slices.Sort(all)
		return all[k]
	}
	counts := make([]uint32, 1<<16)
	for _, chunk := range d.chunks {
		for _, v := range chunk {
			counts[math.Float32bits(v)>>16]++
		}
	}
	upper := uint32(0)
	for ; k >= int(counts[upper]); upper++ {
		k -= int(counts[upper])
	}
	among := make([]float32, 0, counts[upper])
	for _, chunk := range d.chunks {
		for _, v := range chunk {
			if math.Float32bits(v)>>16 == upper {
				among = append(among, v)
			}
		}
	}
	slices.Sort(among)
	return among[k]
}
