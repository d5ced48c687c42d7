package outreach

// batcher hands whatever waits to one goroutine, as one batch.
type batcher[T any] struct {
	in   chan T
	done chan struct{}
}

const maxBatched = 256

func newBatcher[T any](handle func([]T)) *batcher[T] {
	b := &batcher[T]{in: make(chan T, maxBatched), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for first := range b.in {
			batch := []T{first}
			for len(batch) < maxBatched && len(b.in) > 0 {
				if next, ok := <-b.in; ok {
					batch = append(batch, next)
				}
			}
			handle(batch)
		}
	}()
	return b
}

func (b *batcher[T]) add(item T) { b.in <- item }

// stop handles what waits and ends. Nobody adds any more.
func (b *batcher[T]) stop() {
	close(b.in)
	<-b.done
}
