package wecom

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var platformPath = regexp.MustCompile(`/cgi-bin(/[a-z0-9_/]+)`)

// outside says which calls of an SDK are not made, by reason.
type outside map[string][]string

// coverage compares the calls in an SDK's source with those that have succeeded. All that
// were not made must be in without, and no others.
func coverage(t *testing.T, made *calls, without outside, module, dir string) {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	must(t, "find "+module, err)
	var missing []string
	for _, path := range paths(t, filepath.Join(strings.TrimSpace(string(root)), dir)) {
		if !made.done[path] {
			missing = append(missing, path)
		}
	}
	equal(t, "calls of the SDK that were not made", missing, slices.Sorted(func(yield func(string) bool) {
		for _, list := range without {
			for _, path := range list {
				if !yield(path) {
					return
				}
			}
		}
	}))
	t.Logf("%d calls made: %v", len(made.done), slices.Sorted(maps.Keys(made.done)))
}

// paths are the calls below /cgi-bin that the sources below dir name.
func paths(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	must(t, "read the SDK", filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/internal/") {
			return err
		}
		raw, err := os.ReadFile(path)
		for line := range strings.Lines(string(raw)) {
			if code, _, _ := strings.Cut(line, " // "); !strings.HasPrefix(strings.TrimSpace(code), "//") {
				for _, m := range platformPath.FindAllStringSubmatch(code, -1) {
					out = append(out, m[1])
				}
			}
		}
		return err
	}))
	all := slices.Clone(out)
	out = slices.DeleteFunc(out, func(path string) bool { // the beginnings of others
		return slices.ContainsFunc(all, func(longer string) bool { return strings.HasPrefix(longer, path+"/") })
	})
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	otherProducts = "not served: approval, attendance, invoices, group robots and app chats have nothing to do with customers"
	bookChanges   = "not served: the address book is changed in the admin console, /sim/ does it"
	unused        = "not served: optional parts of the platform that we do not use"
	replaced      = "the platform has replaced them; the tests call what came after"
	sdkFault      = "the SDK leaves out a required field; the tests check that it is refused"
)

var workwxOutside = outside{
	otherProducts: {
		"/appchat/create", "/appchat/get", "/appchat/send", "/appchat/update", "/webhook/send",
		"/oa/applyevent", "/oa/getapprovaldetail", "/oa/getapprovalinfo", "/oa/gettemplatedetail",
		"/oa/vacation/getcorpconf", "/oa/vacation/getuservacationquota", "/oa/vacation/setoneuserquota",
	},
	bookChanges: {"/department/create", "/user/update"},
	unused:      {"/corp/get_join_qrcode", "/user/convert_to_openid", "/user/convert_to_userid", "/user/get_userid_by_email"},
	replaced:    {"/externalcontact/transfer", "/externalcontact/get_transfer_result"},
	sdkFault:    {"/externalcontact/batch/get_by_user", "/kf/send_msg", "/kf/send_msg_on_event"},
}

var silenceperOutside = outside{
	otherProducts: {
		"/appchat/send", "/webhook/send", "/hardware/get_hardware_checkin_data",
		"/card/invoice/reimburse/getinvoiceinfo", "/card/invoice/reimburse/getinvoiceinfobatch",
		"/card/invoice/reimburse/updateinvoicestatus", "/card/invoice/reimburse/updatestatusbatch",
		"/checkin/getcheckin_daydata", "/checkin/getcheckin_monthdata", "/checkin/getcheckindata",
		"/checkin/getcheckinoption", "/checkin/getcheckinschedulist", "/checkin/getcorpcheckinoption",
		"/linkedcorp/agent/get_perm_list", "/linkedcorp/department/list", "/linkedcorp/user/get",
		"/linkedcorp/user/list", "/linkedcorp/user/simplelist",
	},
	bookChanges: {
		"/department/create", "/user/create", "/user/delete", "/tag/addtagusers", "/tag/create", "/tag/delete",
		"/tag/deltagusers", "/tag/get", "/tag/list", "/tag/update",
	},
	unused: {
		"/externalcontact/moment_strategy/create", "/externalcontact/moment_strategy/del", "/externalcontact/moment_strategy/edit",
		"/externalcontact/moment_strategy/get", "/externalcontact/moment_strategy/get_range", "/externalcontact/moment_strategy/list",
		"/kf/customer/cancel_upgrade_service", "/kf/customer/get_upgrade_service_config", "/kf/customer/upgrade_service",
		"/kf/get_corp_qualification", "/kf/knowledge/add_group", "/kf/knowledge/add_intent", "/kf/knowledge/del_group",
		"/kf/knowledge/del_intent", "/kf/knowledge/list_group", "/kf/knowledge/list_intent", "/kf/knowledge/mod_group",
		"/kf/knowledge/mod_intent", "/user/convert_to_openid", "/user/convert_to_userid",
	},
}
