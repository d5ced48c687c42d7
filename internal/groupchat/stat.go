package groupchat

import (
	"context"
	"fmt"
	"time"

	"yutang/internal/wecom"
)

// Stat is the counts of an owner's groups on one day.
type Stat struct {
	Corp       string
	Owner      string
	Day        string // such as 2026-03-02, in the platform's zone
	NewChats   int
	Chats      int
	ChatsAlive int // with a message
	NewMembers int
	Members    int
	Talkers    int // members with a message
	Messages   int
}

// platformZone is the zone of the platform's days.
var platformZone = time.FixedZone("UTC+8", 8*60*60)

// statDays is how many days are read again: the platform completes them late.
const statDays = 7

// PullStats reads the latest days of an owner's counts, up to yesterday.
func (s *Service) PullStats(ctx context.Context, corp, owner string) error {
	client, err := s.Client(ctx, corp)
	if err != nil {
		return err
	}
	now := s.Clock.Now().In(platformZone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, platformZone)
	items, err := client.GroupChatStatisticByDay(ctx, wecom.GroupStatFilter{
		DayBeginTime: wecom.UnixOf(today.AddDate(0, 0, -statDays)), DayEndTime: wecom.UnixOf(today.AddDate(0, 0, -1)),
		OwnerFilter: &wecom.OwnerFilter{UserIDList: []string{owner}},
	})
	if err != nil {
		return fmt.Errorf("read group statistics of %s: %w", owner, err)
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, it := range items {
			d := it.Data
			err := s.saveStat(ctx, Stat{
				Corp: corp, Owner: owner, Day: it.StatTime.Time().In(platformZone).Format(time.DateOnly),
				NewChats: int(d.NewChatCnt), Chats: int(d.ChatTotal), ChatsAlive: int(d.ChatHasMsg), NewMembers: int(d.NewMemberCnt),
				Members: int(d.MemberTotal), Talkers: int(d.MemberHasMsg), Messages: int(d.MsgTotal),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
