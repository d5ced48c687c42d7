package masssend

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"yutang/internal/content"
	"yutang/internal/experiment"
	"yutang/internal/flow"
)

// Variant is one of several messages of which each customer gets one, always the same.
type Variant struct {
	Name    string          `json:"name" minLength:"1" maxLength:"50"`
	Percent float64         `json:"percent" minimum:"0" maximum:"100" doc:"of the customers who are not held out; all add up to 100"`
	Content content.Content `json:"content"`
}

// Experiments keeps who was assigned to which arm.
type Experiments interface {
	Declare(ctx context.Context, name, origin string, kind experiment.Kind, list []experiment.Arm) error
	Record(ctx context.Context, list []experiment.Exposure) error
}

const maxVariants = 10

func (w Wish) checkVariants(bad func(pointer, format string, args ...any)) {
	if len(w.Variants) == 0 {
		return
	}
	if w.Chat != Single {
		bad("/variants", "belong to a send with chat single")
	}
	if len(w.Variants) < 2 || len(w.Variants) > maxVariants {
		bad("/variants", "are 2 to %d; give a single message as content", maxVariants)
	}
	if w.Content.Text != "" || len(w.Content.Attachments) > 0 {
		bad("/content", "leave it out: each variant has its own")
	}
	seen, sum := map[string]bool{}, 0.0
	for i, v := range w.Variants {
		if strings.TrimSpace(v.Name) == "" || seen[v.Name] {
			bad(fmt.Sprintf("/variants/%d/name", i), "each variant has a name of its own")
		}
		if v.Name == experiment.ArmControl {
			bad(fmt.Sprintf("/variants/%d/name", i), "%q is the name of those who get nothing", v.Name)
		}
		if !(v.Percent > 0) {
			bad(fmt.Sprintf("/variants/%d/percent", i), "is more than 0")
		}
		seen[v.Name] = true
		sum += v.Percent
	}
	if sum < 99.99 || sum > 100.01 {
		bad("/variants", "the percents add up to %g, not to 100", sum)
	}
}

// checkContents checks every message of a wish.
func (s *Service) checkContents(ctx context.Context, w Wish) error {
	if len(w.Variants) == 0 {
		return s.Contents.Check(ctx, w.Content, use(w.Chat), "/content")
	}
	for i, v := range w.Variants {
		if err := s.Contents.Check(ctx, v.Content, use(w.Chat), fmt.Sprintf("/variants/%d/content", i)); err != nil {
			return err
		}
	}
	return nil
}

// contentOf is the message of a variant, of the send itself for 0.
func (x Send) contentOf(variant int) content.Content {
	if variant < 1 || variant > len(x.Variants) {
		return x.Content
	}
	return x.Variants[variant-1].Content
}

// markOf is the mark of the message of a variant.
func (x Send) markOf(variant int) string {
	if variant < 1 || variant > len(x.Variants) {
		return x.mark
	}
	return x.Variants[variant-1].Content.Mark()
}

// arms are the arms of the send's experiment with their shares of all: those held out, then
// the variants. None: there is nothing to compare.
func (x Send) arms() (out []experiment.Arm) {
	if len(x.Variants) == 0 && x.Options.Holdout == 0 {
		return nil
	}
	rest := 100 - x.Options.Holdout
	out = []experiment.Arm{{Name: experiment.ArmControl, Share: x.Options.Holdout}}
	if len(x.Variants) == 0 {
		return append(out, experiment.Arm{Name: experiment.ArmTreatment, Share: rest})
	}
	for _, v := range x.Variants {
		out = append(out, experiment.Arm{Name: v.Name, Share: v.Percent * rest / 100})
	}
	return out
}

// draw is the place of a customer among the arms. Who is held out by it is also held out by
// outreach.InHoldout.
func (x Send) draw(arms []experiment.Arm, root uint32) int {
	percents := make([]float64, len(arms))
	for i, a := range arms {
		percents[i] = a.Share
	}
	if i := flow.Draw(x.ID, strconv.FormatUint(uint64(root), 10), percents); i >= 0 {
		return i
	}
	return len(arms) - 1 // what rounding left over
}

// Experiment is the name under which the send's arms are compared, "" if there is nothing to
// compare.
func (x Send) Experiment() string {
	if len(x.arms()) == 0 {
		return ""
	}
	return experiment.Campaign(x.ID)
}

// declare makes the send's experiment known, with the arms that have a share.
func (s *Service) declare(ctx context.Context, x Send) error {
	arms := x.arms()
	if s.Experiments == nil || len(arms) == 0 {
		return nil
	}
	if arms[0].Share == 0 {
		arms = arms[1:]
	}
	return s.Experiments.Declare(ctx, experiment.Campaign(x.ID), x.ID, experiment.Cohort, arms)
}

// expose records who of a batch was assigned to which arm, in ctx's transaction.
func (s *Service) expose(ctx context.Context, x Send, batch []Candidate) error {
	arms := x.arms()
	if s.Experiments == nil || len(arms) == 0 {
		return nil
	}
	share := map[string]float64{}
	for _, a := range arms {
		share[a.Name] = a.Share
	}
	var list []experiment.Exposure
	now := s.Clock.Now()
	for _, c := range batch {
		if c.Arm != "" {
			list = append(list, experiment.Exposure{
				Experiment: experiment.Campaign(x.ID), Arm: c.Arm, Ord: c.Ord, At: now, Origin: x.ID, Share: share[c.Arm],
			})
		}
	}
	return s.Experiments.Record(ctx, list)
}

// keepReady has the contents of a send kept ready; letGo ends that.
func (s *Service) keepReady(ctx context.Context, x Send) error {
	if len(x.Variants) == 0 {
		return s.Contents.Keep(ctx, keeper(x.ID, 0), x.Corp, x.Content, use(x.Chat))
	}
	for i, v := range x.Variants {
		if err := s.Contents.Keep(ctx, keeper(x.ID, i+1), x.Corp, v.Content, use(x.Chat)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) letGo(ctx context.Context, x Send) error {
	for variant := 0; variant <= len(x.Variants); variant++ {
		if err := s.Contents.Drop(ctx, keeper(x.ID, variant)); err != nil {
			return err
		}
	}
	return nil
}

// keeper names a send, or one of its variants, to the contents that it keeps ready.
func keeper(send string, variant int) string {
	if variant == 0 {
		return "masssend:" + send
	}
	return fmt.Sprintf("masssend:%s/%d", send, variant)
}
