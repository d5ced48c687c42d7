package experimenthttp

import (
	"context"
	"math"

	"yutang/internal/experiment"
	"yutang/internal/experiment/stat"
	"yutang/internal/fault"
)

type srmInput struct {
	Body struct {
		Counts []int     `json:"counts" minItems:"2" maxItems:"100" doc:"customers of each arm"`
		Shares []float64 `json:"shares,omitempty" maxItems:"100" doc:"planned shares in the same order, of any sum; absent: equal"`
	}
}

type srmOutput struct{ Body SampleRatio }

// SampleRatio is a sample-ratio check.
type SampleRatio struct {
	Expected []float64 `json:"expected"`
	Chi2     float64   `json:"chi_square"`
	DF       int       `json:"degrees_of_freedom"`
	P        float64   `json:"p"`
	Anytime  float64   `json:"p_always_valid"`
	Verdict  string    `json:"verdict" enum:"ok,warning,mismatch" doc:"warning below p 0.01, mismatch below p 0.001"`
}

func (h *handlers) srm(_ context.Context, in *srmInput) (*srmOutput, error) {
	shares := in.Body.Shares
	if len(shares) == 0 {
		for range in.Body.Counts {
			shares = append(shares, 1)
		}
	}
	s, err := stat.SampleRatio(in.Body.Counts, shares)
	if err != nil {
		return nil, fault.New(fault.Invalid, "invalid_split", "%s", err)
	}
	return &srmOutput{SampleRatio{Expected: s.Expected, Chi2: s.Chi2, DF: s.DF, P: s.P, Anytime: s.Anytime, Verdict: experiment.Verdict(s)}}, nil
}

type powerInput struct {
	Metric string  `query:"metric" enum:"conversion,revenue" doc:"absent: conversion"`
	Base   float64 `query:"base" minimum:"0" doc:"conversion rate of the control, 0 to 1"`
	SD     float64 `query:"sd" minimum:"0" doc:"revenue: standard deviation between customers"`
	Effect float64 `query:"effect" doc:"difference to be found; absent: what the customers can find"`
	N      int     `query:"customers" minimum:"0" doc:"in both arms; absent: how many the effect takes"`
	Alpha  float64 `query:"alpha" minimum:"0" maximum:"0.5" doc:"absent: 0.05"`
	Power  float64 `query:"power" minimum:"0" maximum:"0.999" doc:"absent: 0.8"`
	Share  float64 `query:"treated_percent" minimum:"0" maximum:"99" doc:"absent: 50"`
	ICC    float64 `query:"icc" minimum:"0" maximum:"1" doc:"cluster experiments: intraclass correlation"`
	Size   float64 `query:"cluster_size" minimum:"0" doc:"cluster experiments: customers of a cluster"`
}

// Power is what a planned experiment takes, or finds.
type Power struct {
	Customers       float64  `json:"customers,omitempty" doc:"in both arms, whose horizon is over: for one look at the planned moment"`
	AlwaysValid     float64  `json:"customers_always_valid,omitempty" doc:"for the always-valid test, at the latest"`
	Effect          *float64 `json:"effect,omitempty" doc:"smallest difference found by one look at the planned moment"`
	EffectAnytime   *float64 `json:"effect_always_valid,omitempty"`
	DesignEffect    float64  `json:"design_effect"`
	Alpha           float64  `json:"alpha"`
	Power           float64  `json:"power"`
	TreatedPercents float64  `json:"treated_percent"`
}

type powerOutput struct{ Body Power }

func (h *handlers) power(_ context.Context, in *powerInput) (*powerOutput, error) {
	if (in.Effect == 0) == (in.N == 0) {
		return nil, fault.BadField("effect", "give either effect or customers")
	}
	if in.Metric == "revenue" && in.SD == 0 {
		return nil, fault.BadField("sd", "give the standard deviation of revenue between customers")
	}
	if in.Metric != "revenue" && !(in.Base > 0 && in.Base < 1) {
		return nil, fault.BadField("base", "is a rate between 0 and 1")
	}
	plan := stat.Plan{Alpha: in.Alpha, Power: in.Power, Share: in.Share / 100, DesignEffect: 1 + math.Max(0, in.Size-1)*in.ICC}
	always := plan
	always.AlwaysValid = true
	out := &powerOutput{Power{
		DesignEffect: plan.DesignEffect, Alpha: orElse(in.Alpha, 0.05), Power: orElse(in.Power, 0.8), TreatedPercents: orElse(in.Share, 50),
	}}
	if in.N > 0 {
		out.Body.Effect, out.Body.EffectAnytime = in.finds(plan), in.finds(always)
		return out, nil
	}
	n, ok := in.takes(plan)
	if !ok {
		return nil, fault.BadField("effect", "base plus effect is a rate between 0 and 1, and not the base")
	}
	out.Body.Customers = math.Ceil(n)
	n, _ = in.takes(always)
	out.Body.AlwaysValid = math.Ceil(n)
	return out, nil
}

func (in *powerInput) takes(plan stat.Plan) (float64, bool) {
	if in.Metric == "revenue" {
		return stat.MeanSize(in.Effect, in.SD, plan)
	}
	return stat.RateSize(in.Base, in.Base+in.Effect, plan)
}

func (in *powerInput) finds(plan stat.Plan) *float64 {
	find := func() (float64, bool) { return stat.RateDetectable(in.N, in.Base, plan) }
	if in.Metric == "revenue" {
		find = func() (float64, bool) { return stat.MeanDetectable(in.N, in.SD, plan) }
	}
	if effect, ok := find(); ok {
		return &effect
	}
	return nil
}

func orElse(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}
