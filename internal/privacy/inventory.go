package privacy

import "strings"

// key says what a table names a person by.
type key uint8

const (
	byLeaf     key = iota // the number of a customer record
	byExternal            // the person's id at the platform
)

// holding is the rows of one table that belong to a person, and what an erasure does to them.
type holding struct {
	room  string
	table string
	by    key
	where string            // with the key as $1
	open  map[string]string // sealed columns and the scope they are sealed with; {column} stands for a value
	// acts are done to the rows, in order. Besides $1 they may name :token, a word that leads to
	// nobody and is this erasure's own, :now, :empty, no bytes, :blank, what blank says, and
	// :leaves, the numbers of all records of the person.
	acts  []string
	blank [2]string // a plain text and the scope it is sealed with
	quiet bool      // the same rows as of another holding: not counted and not exported again
}

// holdings is the inventory. Events, profiles, callbacks and kept answers are dealt with by
// themselves. What stands under tables of nobody below holds nothing of one person.
var holdings = []holding{
	drop("identity", "identity", byLeaf, "ord = $1", map[string]string{"sealed": "identity"}),
	drop("identity", "identity_conflict", byLeaf, "(customer = $1 OR other = $1)", map[string]string{"sealed": "identity_conflict"}),
	change("identity", "identity_merge", byLeaf, "(kept = $1 OR gone = $1)", nil, "note = ''"),
	drop("customer", "profile", byLeaf, "ord = $1", nil).hide(),
	keep("orders", "customer_order", byLeaf, "ord = $1"),
	drop("outreach", "consent", byLeaf, "ord = $1", nil),
	keep("outreach", "quota_full", byLeaf, "ord = $1"),
	change("deliveries", "delivery", byLeaf, "ord = $1", map[string]string{"message": "delivery"},
		`message = :empty, detail = '', provider_id = CASE WHEN settled_at > 0 THEN '' ELSE provider_id END`),
	change("deliveries", "delivery", byLeaf, "ord = $1 AND state = 'planned'", nil,
		`state = 'suppressed', reason = 'stopped', settled_at = :now, moved = TRUE`).hide(),
	change("runs", "playbook_run", byLeaf, "ord = $1", nil, "run_key = '', results = ''"),
	keep("experiments", "exposure", byLeaf, "ord = $1"),
	{
		room: "tasks", table: "task", by: byLeaf, where: "ord = $1", open: map[string]string{"sealed": "task"},
		blank: [2]string{"{}", "task"},
		acts: []string{
			`DELETE FROM task_message WHERE card IN (SELECT card FROM task WHERE ord = $1) AND state NOT IN ('planned', 'attempting')`,
			`UPDATE task_history SET detail = '' WHERE task IN (SELECT id FROM task WHERE ord = $1)`,
			`UPDATE task SET sealed = :blank, result = CASE WHEN state = 'done' THEN result ELSE '' END WHERE ord = $1`,
			`UPDATE task SET state = 'cancelled', reason = 'erased', ended_at = :now, settled_at = :now
				WHERE ord = $1 AND state IN ('planned', 'unassigned', 'queued', 'open', 'overdue')`,
		},
	},
	{ // a card of this person's tasks alone has a title of its own
		room: "tasks", table: "task", by: byLeaf, where: "ord = $1", quiet: true, blank: [2]string{"", "task_card"},
		acts: []string{`UPDATE task_card SET sealed = :blank WHERE id IN (SELECT card FROM task WHERE ord = $1)
			AND NOT EXISTS (SELECT 1 FROM task t WHERE t.card = task_card.id AND t.ord NOT IN (:leaves))`},
	},
	{ // what was written for one person by hand is in the specification, too
		room: "tasks", table: "task", by: byLeaf, where: "ord = $1 AND playbook = ''", quiet: true, blank: [2]string{"{}", "task_spec"},
		acts: []string{
			`INSERT INTO task_spec (id, sealed) VALUES ('erased', :blank) ON CONFLICT (id) DO NOTHING`,
			`DELETE FROM task_spec WHERE id <> 'erased' AND id IN (SELECT spec FROM task WHERE ord = $1 AND playbook = '')
				AND NOT EXISTS (SELECT 1 FROM task t WHERE t.spec = task_spec.id AND t.ord NOT IN (:leaves))`,
			`UPDATE task_card SET spec = 'erased' WHERE id IN (SELECT card FROM task WHERE ord = $1)
				AND NOT EXISTS (SELECT 1 FROM task_spec s WHERE s.id = task_card.spec)`,
			`UPDATE task SET spec = 'erased', ticks = '[]' WHERE ord = $1 AND NOT EXISTS (SELECT 1 FROM task_spec s WHERE s.id = task.spec)`,
		},
	},
	{
		room: "links", table: "link", by: byLeaf, where: "ord = $1", blank: [2]string{"", "link_target"},
		acts: []string{
			`DELETE FROM link_click WHERE code IN (SELECT code FROM link WHERE ord = $1)`,
			`DELETE FROM link_target WHERE hash IN (SELECT l.target FROM link l WHERE l.ord = $1
				AND NOT EXISTS (SELECT 1 FROM link o WHERE o.target = l.target AND o.ord NOT IN (:leaves)))`,
			`INSERT INTO link_target (hash, url) VALUES (:empty, :blank) ON CONFLICT (hash) DO NOTHING`,
			`UPDATE link SET target = :empty, closed_at = :now
				WHERE ord = $1 AND NOT EXISTS (SELECT 1 FROM link_target t WHERE t.hash = link.target)`,
		},
	},
	drop("mass sends", "masssend_recipient", byLeaf, "ord = $1", nil),
	change("live codes", "livecode_arrival", byLeaf, "ord = $1", nil, "external = :token"),
	drop("handover", "transfer_item", byLeaf, "ord = $1 AND settled_at = 0", nil),
	change("handover", "transfer_item", byLeaf, "ord = $1", nil, "item = :token").hide(),
	change("handover", "contact_loss", byLeaf, "ord = $1", nil,
		"external = :token, told_at = CASE WHEN told_at = 0 THEN :now ELSE told_at END"),
	drop("contacts", "contact", byLeaf, "leaf = $1", map[string]string{"sealed": "contact"}),
	drop("contacts", "contact_person", byLeaf, "leaf = $1", nil),
	drop("contacts", "contact_news", byExternal, "external = $1", map[string]string{"payload": "contact_news"}),
	drop("tags", "tag_pair", byLeaf, "leaf = $1", nil),
	drop("tags", "tag_spread", byLeaf, "leaf = $1", nil),
	drop("tags", "tag_outbox", byLeaf, "leaf = $1", nil),
	drop("tags", "tag_outbox", byExternal, "external = $1", nil).hide(),
	drop("tags", "tag_push", byExternal, "external = $1", nil),
	drop("groups", "group_member", byLeaf, "leaf = $1", map[string]string{"sealed": "group_member"}),
	drop("live codes", "acquisition_customer", byExternal, "external = $1", nil),
	change("welcomes", "welcome_sent", byExternal, "external = $1", nil, "external = :token"),
	change("moments", "moment_echo", byExternal, "external = $1", nil, "external = :token"),
	drop("archive", "archive_message", byExternal, "external = $1", map[string]string{"body": "archive/{corp}/{msgid}"}),
	change("desk", "desk_welcome", byExternal, "external = $1", nil, "external = :token, code = :empty, text = ''"),
	change("desk", "desk_message", byExternal, "external = $1", map[string]string{"body": "desk/{corp}/message/{msgid}"},
		"body = :empty, external = :token"),
	{room: "jobs", table: "job", by: byExternal, quiet: true, where: likeKey, acts: []string{"DELETE FROM job WHERE " + likeKey}},
	drop("exports", "privacy_export", byLeaf, "ord = $1", nil).hide(),
}

// likeKey finds jobs about an external contact: their keys are made of its id.
const likeKey = `REPLACE(key, $1, '') <> key AND kind NOT IN ('delivery', 'privacy.erase')`

// through are tables that a holding's acts reach beside their own, or that code of their own
// deals with.
var through = tables(`event callback idempotency task_message task_card task_spec task_history link_target link_click erasure dirty customer export_job`)

// nobodys are the tables that hold no personal datum of a customer: what the house is set up
// with, what staff do, and numbers that lead to nobody once the tables above are dealt with.
var nobodys = tables(`
	account api_token session staff staff_session panel_login setting audit key_check road event_name source goose_db_version
	corp corp_app department sync_item sync_kind sync_run sync_staff wecom_block wecom_token wecom_window
	identity_blocked identity_policy identity_separation customer_level level_rule audience audience_version transition
	outreach_setting webhook_endpoint channel_endpoint channel_call delivery_count budget_model budget_value
	playbook playbook_bulk playbook_cell playbook_post playbook_setting playbook_step playbook_version replay
	experiment experiment_arm import_job task_setting link_setting sop_install persona persona_member checklist audit_sheet
	content_asset content_keep content_media library_asset library_favourite library_folder library_material library_setting
	library_version poster_batch poster_image welcome_rule livecode livecode_batch livecode_collection livecode_counter
	livecode_foreign livecode_image acquisition_link acquisition_quota masssend masssend_call masssend_chat moment moment_staff
	tag tag_group tag_bulk tag_bulk_failure group_chat group_code group_stat group_welcome transfer archive desk_account desk_corp
	privacy_setting board_setting cost cost_phase plan plan_alarm plan_version maturity`)

func tables(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

func keep(room, table string, by key, where string) holding {
	return holding{room: room, table: table, by: by, where: where}
}

func drop(room, table string, by key, where string, open map[string]string) holding {
	return holding{room: room, table: table, by: by, where: where, open: open, acts: []string{"DELETE FROM " + table + " WHERE " + where}}
}

func change(room, table string, by key, where string, open map[string]string, set string) holding {
	return holding{room: room, table: table, by: by, where: where, open: open, acts: []string{"UPDATE " + table + " SET " + set + " WHERE " + where}}
}

// hide leaves a holding out of counts and exports.
func (h holding) hide() holding {
	h.quiet = true
	return h
}
