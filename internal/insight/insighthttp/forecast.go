package insighthttp

import (
	"context"
	"errors"
	"time"

	"yutang/internal/fault"
	"yutang/internal/id"
	"yutang/internal/insight/ltv"
)

// CustomerForecast is what the models expect of a customer.
type CustomerForecast struct {
	Customer string        `json:"customer"`
	Why      string        `json:"why,omitempty" enum:"no_forecast,too_few_purchases,no_model" doc:"why nothing is expected: the customer had not bought, or the brand's purchases allow no model"`
	AsOf     time.Time     `json:"as_of" doc:"when the models were fitted; anew after an hour"`
	Weeks    int           `json:"weeks" doc:"what is expected is expected within these"`
	Fit      *ltv.Fit      `json:"fit,omitempty"`
	Forecast *ltv.Forecast `json:"forecast,omitempty"`
}

type customerInput struct {
	ID string `path:"id"`
}

func (h *handlers) forecast(ctx context.Context, in *customerInput) (*output[CustomerForecast], error) {
	ord, err := id.ParseCustomer(in.ID)
	if err != nil {
		return nil, err
	}
	root, err := h.root(ord)
	if err != nil {
		return nil, err
	}
	out := CustomerForecast{Customer: id.Customer(root), Weeks: ltv.ForecastWeeks}
	f, fit, err := h.Forecasts.Of(ctx, root)
	var told *fault.Error
	switch {
	case err == nil:
		out.Fit, out.Forecast = &fit, &f
	case errors.As(err, &told) && (told.Kind == fault.NotFound || told.Kind == fault.Precondition):
		out.Why = told.Code
	default:
		return nil, err
	}
	out.AsOf = fit.AsOf
	return &output[CustomerForecast]{out}, nil
}

// root is the customer to whom a record belongs.
func (h *handlers) root(ord uint32) (uint32, error) {
	t := h.Forecasts.Report.Base.Timeline
	if _, err := t.Records(ord); err != nil {
		return 0, err
	}
	t.RLock()
	defer t.RUnlock()
	return t.Root(ord), nil
}
