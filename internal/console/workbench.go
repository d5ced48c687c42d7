package console

import (
	"net/url"
	"slices"

	"yutang/internal/access"
)

// workbench lists the pages of WeCom, each with the permission that the API asks for.
func workbench() []route {
	return slices.Concat(setUpPages(), arrivalPages(), peoplePages(), sendingPages(), playPages())
}

// setUpPages connect corps and keep them in step.
func setUpPages() []route {
	in := needsCorp
	return []route{
		{"GET /wecom", access.WeComRead, showCorps},
		{"GET /wecom/new", access.WeComWrite, newCorp},
		{"POST /wecom/new", access.WeComWrite, saveCorp},
		{"GET /wecom/corps/{id}", access.WeComRead, showCorp},
		{"GET /wecom/corps/{id}/edit", access.WeComWrite, editCorp},
		{"POST /wecom/corps/{id}/edit", access.WeComWrite, saveCorp},
		{"POST /wecom/corps/{id}/delete", access.WeComWrite, deleteCorp},
		{"GET /wecom/callbacks", access.WeComRead, showCallbacks},
		{"POST /wecom/callbacks/{id}/retry", access.WeComWrite, retryCallback},

		{"GET /sync", access.WeComRead, in(showSyncs)},
		{"POST /sync", access.WeComWrite, in(startSync)},
		{"GET /sync/{id}", access.WeComRead, in(showSync)},
	}
}

// arrivalPages are how customers come and are greeted.
func arrivalPages() []route {
	in := needsCorp
	return []route{
		{"GET /codes", access.CodesRead, in(showCodes)},
		{"GET /codes/new", access.CodesWrite, in(newCode)},
		{"POST /codes/new", access.CodesWrite, in(saveCode)},
		{"GET /codes/{id}", access.CodesRead, in(showCode)},
		{"GET /codes/{id}/edit", access.CodesWrite, in(editCode)},
		{"POST /codes/{id}/edit", access.CodesWrite, in(saveCode)},
		{"POST /codes/{id}/delete", access.CodesWrite, in(deleteCode)},
		{"POST /codes/{id}/retry", access.CodesWrite, in(retryCode)},
		{"GET /codes/{id}/contacts", access.CodesRead, in(showCodeContacts)},
		{"GET /code-batches", access.CodesRead, in(showBatches)},
		{"POST /code-batches", access.CodesWrite, in(uploadBatch)},
		{"GET /code-batches/{id}", access.CodesRead, in(showBatch)},

		{"GET /welcome", access.ContentRead, in(showWelcomes)},
		{"GET /welcome/new", access.ContentWrite, in(newWelcome)},
		{"POST /welcome/new", access.ContentWrite, in(saveWelcome)},
		{"GET /welcome/{id}/edit", access.ContentWrite, in(editWelcome)},
		{"POST /welcome/{id}/edit", access.ContentWrite, in(saveWelcome)},
		{"POST /welcome/{id}/delete", access.ContentWrite, in(deleteWelcome)},
		{"GET /welcome/preview", access.ContentRead, in(previewWelcome)},
		{"GET /welcome/ledger", access.ContactsRead, in(showGreeted)},

		{"GET /materials", access.ContentRead, showAssets},
		{"POST /materials", access.ContentWrite, uploadAsset},
		{"GET /materials/{id}", access.ContentRead, showAsset},
		{"POST /materials/{id}/delete", access.ContentWrite, deleteAsset},
	}
}

// peoplePages are about the customers whom staff have.
func peoplePages() []route {
	in := needsCorp
	return []route{
		{"GET /tags", access.TagsRead, in(showTags)},
		{"POST /tags", access.TagsWrite, in(addTags)},
		{"POST /tags/pull", access.TagsWrite, in(pullTags)},
		{"POST /tags/{id}/rename", access.TagsWrite, in(renameTag)},
		{"POST /tags/{id}/delete", access.TagsWrite, in(deleteTag)},
		{"POST /tags/{id}/promote", access.TagsWrite, in(promoteTag)},
		{"GET /tags/{id}", access.TagsRead, in(showTag)},
		{"GET /tags/pushes", access.TagsRead, in(showPushes)},
		{"POST /tags/pushes/retry", access.TagsWrite, in(retryPushes)},
		{"GET /tags/bulk", access.TagsRead, in(showBulks)},
		{"POST /tags/bulk", access.TagsWrite, in(beginBulk)},
		{"GET /tags/bulk/{id}", access.TagsRead, in(showBulk)},
		{"POST /tags/bulk/{id}/{do}", access.TagsWrite, in(steerBulk)},

		{"GET /contacts", access.StaffRead, in(showStaff)},
		{"GET /contacts/list", access.ContactsRead, in(showContacts)},
		{"GET /contacts/find", access.CustomersRead, in(findCustomer)},

		{"GET /groups", access.GroupsRead, in(showGroups)},
		{"GET /groups/{id}", access.GroupsRead, in(showGroup)},
		{"POST /groups/{id}/pull", access.GroupsWrite, in(pullGroup)},
		{"GET /groups/duplicates", access.GroupsRead, in(showDuplicates)},
		{"GET /groups/codes", access.GroupsRead, in(showGroupCodes)},
		{"GET /groups/codes/new", access.GroupsWrite, in(editGroupCode)},
		{"POST /groups/codes/new", access.GroupsWrite, in(saveGroupCode)},
		{"GET /groups/codes/{id}/edit", access.GroupsWrite, in(editGroupCode)},
		{"POST /groups/codes/{id}/edit", access.GroupsWrite, in(saveGroupCode)},
		{"POST /groups/codes/{id}/delete", access.GroupsWrite, in(deleteGroupCode)},

		{"GET /handover", access.HandoverRead, in(showTransfers)},
		{"GET /handover/new", access.HandoverWrite, in(newTransfer)},
		{"POST /handover/new", access.HandoverWrite, in(startTransfer)},
		{"GET /handover/{id}", access.HandoverRead, in(showTransfer)},
		{"GET /handover/unassigned", access.HandoverRead, in(showUnassigned)},
		{"GET /losses", access.HandoverRead, in(showLosses)},
		{"POST /losses/winback", access.HandoverWrite, in(makeWinback)},
	}
}

// sendingPages send to customers.
func sendingPages() []route {
	in := needsCorp
	return []route{
		{"GET /sends", access.OutreachRead, in(showSends)},
		{"GET /sends/new", access.OutreachWrite, in(newSend)},
		{"POST /sends/new", access.OutreachWrite, in(saveSend)},
		{"GET /sends/{id}", access.OutreachRead, in(showSend)},
		{"GET /sends/{id}/edit", access.OutreachWrite, in(editSend)},
		{"POST /sends/{id}/edit", access.OutreachWrite, in(saveSend)},
		{"GET /sends/{id}/preview", access.OutreachRead, in(previewSend)},
		{"GET /sends/{id}/preview/customers", access.OutreachRead, in(previewCustomers)},
		{"GET /sends/{id}/customers", access.OutreachRead, in(showReceivers)},
		{"GET /sends/{id}/chats", access.OutreachRead, in(showChats)},
		{"GET /sends/{id}/calls", access.OutreachRead, in(showCalls)},
		{"POST /sends/{id}/{do}", access.OutreachWrite, in(steerSend)},

		{"GET /moments", access.OutreachRead, in(showMoments)},
		{"GET /moments/new", access.OutreachWrite, in(newMoment)},
		{"POST /moments/new", access.OutreachWrite, in(saveMoment)},
		{"GET /moments/{id}", access.OutreachRead, in(showMoment)},
		{"GET /moments/{id}/edit", access.OutreachWrite, in(editMoment)},
		{"POST /moments/{id}/edit", access.OutreachWrite, in(saveMoment)},
		{"POST /moments/{id}/{do}", access.OutreachWrite, in(steerMoment)},
	}
}

// crew is the staff of the corp that is looked at, by userid.
type crew struct {
	list  []member
	names map[string]string
}

type member struct {
	UserID      string  `json:"staff"`
	Name        string  `json:"name"`
	Position    string  `json:"position"`
	Departments []int64 `json:"departments"`
	Status      int     `json:"status"`
	Follow      bool    `json:"follow"`
	Left        *string `json:"left_at"`
}

// crew reads the staff; who may not see the directory sees userids.
func (v *visit) crew() (crew, error) {
	list, err := allIfAllowed[member](v.caller, "/staff", url.Values{"corp": {v.Corp}, "left": {"true"}})
	out := crew{list: list, names: make(map[string]string, len(list))}
	for _, m := range list {
		out.names[m.UserID] = m.Name
	}
	return out, err
}

// name is how a member is called, the userid if nothing else is known.
func (c crew) name(user string) string {
	if n := c.names[user]; n != "" {
		return n
	}
	return user
}

// followers are the members who may have customers, as choices.
func (c crew) followers() (out []option) {
	for _, m := range c.list {
		if m.Follow && m.Left == nil {
			out = append(out, option{Value: m.UserID, Label: c.name(m.UserID), Note: m.UserID})
		}
	}
	return out
}

// staffCell links a member to the contacts that the member has.
func (v *visit) staffCell(c crew, user string) cell {
	if user == "" {
		return cell{Text: "–", Faint: true}
	}
	if !v.Who.Can(access.ContactsRead) {
		return text(c.name(user))
	}
	return cell{Text: c.name(user), Href: query("/contacts/list", "staff", user, "state", "active")}
}

// customerCell links a customer.
func (v *visit) customerCell(id, external string) cell {
	if id == "" {
		return cell{Text: external, Mono: true, Faint: true}
	}
	if !v.Who.Can(access.CustomersRead) {
		return cell{Text: id, Mono: true}
	}
	return cell{Text: id, Href: "/customers/" + id, Mono: true}
}

type audienceChoice struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"`
	Count int    `json:"count"`
}

// audienceName is the name of an audience, its id for who may not see it.
func (v *visit) audienceName(id string) string {
	var a audienceChoice
	if err := v.get("/audiences/"+segment(id), nil, &a); err != nil || a.Name == "" {
		return id
	}
	return a.Name
}

// audienceOptions lists the audiences as choices, after none.
func (v *visit) audienceOptions(current string) ([]option, error) {
	list, err := allIfAllowed[audienceChoice](v.caller, "/audiences", nil)
	if err != nil {
		return nil, err
	}
	out := []option{{Value: "", Label: v.Say("（不选）", "(none)")}}
	for _, a := range list {
		out = append(out, option{Value: a.ID, Label: v.Sayf("%s（%s 人）", "%s (%s)", a.Name, number(a.Count)), On: a.ID == current})
	}
	return out, nil
}
