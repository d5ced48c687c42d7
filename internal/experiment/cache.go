package experiment

type cached struct{}
