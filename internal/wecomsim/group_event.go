package wecomsim

// chatEvent tells about a change of a group, to the apps that see its owner.
func (s *Sim) chatEvent(g *group, change string, extra ...field) {
	owner, _ := s.member(g.owner)
	s.emit(event{
		kind: kindContact, key: "chat:" + g.id, who: owner,
		fields: append([]field{
			text("Event", "change_external_chat"), text("ChatId", g.id), text("ChangeType", change),
		}, extra...),
	})
}

// chatUpdated tells about a change of something other than the membership.
func (s *Sim) chatUpdated(g *group, detail string) {
	s.chatEvent(g, "update", text("UpdateDetail", detail))
}

// membersChanged tells who came or went, and between which versions of the membership. A
// receiver whose version is not LastMemVer has missed an event.
func (s *Sim) membersChanged(g *group, detail, sceneName, scene string, names []string, before string) {
	s.chatEvent(g, "update",
		text("UpdateDetail", detail),
		field{name: sceneName, text: scene, plain: true},
		num("MemChangeCnt", int64(len(names))),
		items("MemChangeList", names),
		text("LastMemVer", before),
		text("CurMemVer", g.memberVersion()),
	)
}
