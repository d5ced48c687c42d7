package wecomsim

import (
	"crypto/md5" //nolint:gosec // the platform's checksum
	"encoding/hex"
	"slices"
	"strconv"

	"yutang/internal/fault"
)

func archiveActions() []action {
	return []action{
		act("archive_key", "the corp sets its public key for the archive", setArchiveKey),
		act("send_image", "a customer or member of a pair sends a picture", sendImage),
		act("recall_archived", "an archived message is recalled by who sent it", recallArchived),
		act("create_room", "a member makes a group of members only", createRoom),
	}
}

// archiveText archives a text and counts it. room is "" for a chat of two.
func (s *Sim) archiveText(from string, to []string, room, words string) {
	if room == "" && len(to) == 1 {
		if _, customer := s.customers[from]; customer {
			s.heard(to[0], from, false)
		} else {
			s.heard(from, to[0], true)
		}
	}
	s.archiveRow(from, to, room, "text", obj{"content": words})
}

// archiveRow archives a message if somebody archived took part, and tells that there is data:
// at most every 15 seconds.
func (s *Sim) archiveRow(from string, to []string, room, kind string, body any) {
	if !s.archived(from) && !slices.ContainsFunc(to, s.archived) {
		return
	}
	a := &s.more.archive
	a.append(s.ids.digits("archive")+"_"+strconv.FormatInt(s.at.UnixMilli(), 10)+"_external", s.at, obj{
		"action": "send", "from": from, "tolist": to, "roomid": room, "msgtime": s.at.UnixMilli(), "msgtype": kind, kind: body,
	})
	s.archiveNotice()
}

func (s *Sim) archiveNotice() {
	a := &s.more.archive
	if a.pending {
		return
	}
	notify := func() {
		a.pending, a.noticed = false, s.at
		for _, app := range s.apps {
			if app.may(permArchive) {
				s.emit(event{kind: kindArchive, key: "archive", only: app.Name, fields: []field{text("Event", "msgaudit_notify")}})
			}
		}
	}
	wait := a.noticed.Add(archiveNotify).Sub(s.at)
	if wait <= 0 {
		notify()
		return
	}
	a.pending = true
	s.after(wait, notify)
}

type keyArgs struct {
	PEM string `json:"pem"`
}

// SetArchiveKey sets the corp's public key (PEM), with which the archive's random keys are
// encrypted from now on. A second key is a new version.
func (s *Sim) SetArchiveKey(pem string) error {
	_, err := perform(s, "archive_key", keyArgs{pem}, setArchiveKey)
	return err
}

func setArchiveKey(s *Sim, a keyArgs) (struct{}, error) {
	if err := s.more.archive.setKey(a.PEM); err != nil {
		return struct{}{}, fault.BadField("/pem", "%v", err)
	}
	return struct{}{}, nil
}

// ArchiveKey is the private key (PEM) of the simulator's own pair, in use until the corp sets one.
func (s *Sim) ArchiveKey() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.more.archive.privatePEM()
}

// ArchiveRows gives at most limit archived messages after seq, encrypted.
func (s *Sim) ArchiveRows(seq int64, limit int) ([]ChatData, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter()
	out := []ChatData{}
	for _, m := range s.more.archive.after(seq, limit, s.at) {
		row, err := s.more.archive.encrypt(m)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

type imageArgs struct {
	From string `json:"from"`
	To   string `json:"to"`
	Data []byte `json:"data"` // base64
}

// SendImage lets one of a pair send a picture to the other; the archive keeps its bytes.
func (s *Sim) SendImage(from, to string, data []byte) error {
	_, err := perform(s, "send_image", imageArgs{from, to, data}, sendImage)
	return err
}

func sendImage(s *Sim, a imageArgs) (struct{}, error) {
	p := Pair{User: a.From, Customer: a.To}
	_, byCustomer := s.customers[a.From]
	if byCustomer {
		p = Pair{User: a.To, Customer: a.From}
	}
	f, err := s.live(p)
	if err != nil {
		return struct{}{}, err
	}
	f.chatted, f.talked = true, s.at.Unix()
	s.say(f, Message{From: a.From, Kind: "image"})
	s.heard(f.member.id, f.customer.id, !byCustomer)
	sum := md5.Sum(a.Data) //nolint:gosec // the platform's checksum
	id := s.ids.make("CtYB", 60)
	s.more.archive.media[id] = a.Data
	s.archiveRow(a.From, []string{a.To}, "", "image", obj{"sdkfileid": id, "md5sum": hex.EncodeToString(sum[:]), "filesize": len(a.Data)})
	return struct{}{}, nil
}

type recallArgs struct {
	MsgID string `json:"msgid"`
}

// RecallArchived recalls an archived message; the archive gets a row about it.
func (s *Sim) RecallArchived(msgid string) error {
	_, err := perform(s, "recall_archived", recallArgs{msgid}, recallArchived)
	return err
}

func recallArchived(s *Sim, a recallArgs) (struct{}, error) {
	rows := s.more.archive.rows
	i := slices.IndexFunc(rows, func(m archivedMessage) bool { return m.msgid == a.MsgID })
	if i < 0 {
		return struct{}{}, notFound("archived message", a.MsgID)
	}
	body := rows[i].fields()
	body["action"], body["msgtype"], body["msgtime"] = "recall", "revoke", s.at.UnixMilli()
	body["revoke"] = obj{"pre_msgid": a.MsgID}
	s.more.archive.append(s.ids.digits("archive")+"_"+strconv.FormatInt(s.at.UnixMilli(), 10)+"_external", s.at, body)
	s.archiveNotice()
	return struct{}{}, nil
}

// NewRoom describes a group of members only.
type NewRoom struct {
	Name    string   `json:"name"`
	Creator string   `json:"creator"`
	Members []string `json:"members"`
}

type madeRoom struct {
	RoomID string `json:"roomid"`
}

// CreateRoom makes a group of members only and gives its roomid.
func (s *Sim) CreateRoom(n NewRoom) (string, error) {
	made, err := perform(s, "create_room", n, createRoom)
	return made.RoomID, err
}

func createRoom(s *Sim, n NewRoom) (madeRoom, error) {
	list := append([]string{n.Creator}, n.Members...)
	for _, id := range list {
		if _, err := s.activeMember(id); err != nil {
			return madeRoom{}, err
		}
	}
	id := s.ids.chat()
	s.more.rooms[id] = &room{name: n.Name, creator: n.Creator, members: list, made: s.at.Unix()}
	return madeRoom{id}, nil
}
