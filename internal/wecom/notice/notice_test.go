package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yutang/internal/fault"
)

var stamp = time.Unix(1_700_000_000, 0).UTC()

// self wraps elements in the envelope of a self-built app.
func self(event, change, rest string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"+
		"<CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[%s]]></Event>%s%s</xml>",
		event, element("ChangeType", change), rest)
}

// suite wraps elements in the envelope of a third-party app.
func suite(event, change, rest string) string {
	return fmt.Sprintf("<xml><SuiteId><![CDATA[tj1]]></SuiteId><AuthCorpId><![CDATA[ww1]]></AuthCorpId>"+
		"<InfoType><![CDATA[%s]]></InfoType><TimeStamp>1700000000</TimeStamp>%s%s</xml>", event, element("ChangeType", change), rest)
}

func element(name, text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("<%s><![CDATA[%s]]></%s>", name, text, name)
}

const pairXML = "<UserID><![CDATA[zhang]]></UserID><ExternalUserID><![CDATA[wm1]]></ExternalUserID>"

type payload struct {
	name, event, change, rest string
	want                      Notice // without envelope and Fields
	key                       string
}

var payloads = []payload{
	{
		"add", ExternalContact, AddContact, pairXML + "<State>s1</State><WelcomeCode>c1</WelcomeCode>",
		Notice{UserID: "zhang", ExternalUserID: "wm1", State: "s1", WelcomeCode: "c1"},
		"external:wm1",
	},
	{"half add", ExternalContact, AddHalfContact, pairXML + "<State></State>", Notice{UserID: "zhang", ExternalUserID: "wm1"}, "external:wm1"},
	{"edit", ExternalContact, EditContact, pairXML, Notice{UserID: "zhang", ExternalUserID: "wm1"}, "external:wm1"},
	{
		"delete", ExternalContact, DelContact, pairXML + "<Source>DELETE_BY_TRANSFER</Source>",
		Notice{UserID: "zhang", ExternalUserID: "wm1", Source: DeletedByTransfer},
		"external:wm1",
	},
	{"lost", ExternalContact, DelFollowUser, pairXML, Notice{UserID: "zhang", ExternalUserID: "wm1"}, "external:wm1"},
	{
		"transfer failed", ExternalContact, TransferFail, pairXML + "<FailReason>customer_refused</FailReason>",
		Notice{UserID: "zhang", ExternalUserID: "wm1", FailReason: CustomerRefused},
		"external:wm1",
	},
	{
		"archive consent", ExternalContact, ArchiveApproved, pairXML + "<WelcomeCode>c2</WelcomeCode>",
		Notice{UserID: "zhang", ExternalUserID: "wm1", WelcomeCode: "c2"},
		"external:wm1",
	},

	{"group made", ExternalChat, Create, "<ChatId>wr1</ChatId>", Notice{ChatID: "wr1"}, "chat:wr1"},
	{
		"members joined", ExternalChat, Update, "<ChatId>wr1</ChatId><UpdateDetail>add_member</UpdateDetail><JoinScene>3</JoinScene><MemChangeCnt>2</MemChangeCnt>" +
			"<MemChangeList><Item>wm1</Item><Item>zhang</Item></MemChangeList><LastMemVer>v1</LastMemVer><CurMemVer>v2</CurMemVer>",
		Notice{ChatID: "wr1", UpdateDetail: AddMember, JoinScene: 3, MemChangeCnt: 2, MemChangeList: []string{"wm1", "zhang"}, LastMemVer: "v1", CurMemVer: "v2"},
		"chat:wr1",
	},
	{
		"member left", ExternalChat, Update, "<ChatId>wr1</ChatId><UpdateDetail>del_member</UpdateDetail><QuitScene>1</QuitScene><MemChangeCnt>1</MemChangeCnt>",
		Notice{ChatID: "wr1", UpdateDetail: DelMember, QuitScene: 1, MemChangeCnt: 1},
		"chat:wr1",
	},
	{"group dismissed", ExternalChat, Dismiss, "<ChatId>wr1</ChatId>", Notice{ChatID: "wr1"}, "chat:wr1"},

	{"tag made", ExternalTag, Create, "<Id>et1</Id><TagType>tag</TagType>", Notice{ID: "et1", TagType: "tag"}, "tag"},
	{
		"tag group gone", ExternalTag, Delete, "<Id>et2</Id><TagType>tag_group</TagType><StrategyId>3</StrategyId>",
		Notice{ID: "et2", TagType: "tag_group", StrategyID: "3"},
		"tag",
	},
	{"tags shuffled", ExternalTag, Shuffle, "", Notice{}, "tag"},

	{"quota low", Acquisition, "balance_low", "", Notice{}, "event:customer_acquisition"},
	{"link gone", Acquisition, "delete_link", "<LinkId>l1</LinkId>", Notice{LinkID: "l1"}, "link:l1"},
	{"link request", Acquisition, "friend_request", "<LinkId>l1</LinkId><State>s</State>", Notice{LinkID: "l1", State: "s"}, "link:l1"},
	{"first words", Acquisition, "customer_start_chat", pairXML, Notice{UserID: "zhang", ExternalUserID: "wm1"}, "external:wm1"},

	{
		"member renamed", Directory, "update_user", "<UserID>zhang</UserID><NewUserID>zhang2</NewUserID><Department>1,2</Department>" +
			"<ExtAttr><Item><Name>a</Name><Type>0</Type><Text><Value>x</Value></Text></Item><Item><Name>b</Name></Item></ExtAttr>",
		Notice{UserID: "zhang", NewUserID: "zhang2"},
		"user:zhang",
	},
	{"member gone", Directory, "delete_user", "<UserID>zhang</UserID>", Notice{UserID: "zhang"}, "user:zhang"},
	{"department made", Directory, "create_party", "<Id>7</Id><Name>east</Name><ParentId>1</ParentId>", Notice{ID: "7"}, "department:7"},
	{
		"staff tag", Directory, "update_tag", "<TagId>1</TagId><AddUserItems>a,b, c</AddUserItems><DelPartyItems>3</DelPartyItems>",
		Notice{TagID: "1", AddUserItems: []string{"a", "b", "c"}, DelPartyItems: []string{"3"}},
		"stafftag:1",
	},

	{"kf", KfMessage, "", "<Token>t</Token><OpenKfId>wk1</OpenKfId>", Notice{Token: "t", OpenKfID: "wk1"}, "kf:wk1"},
	{
		"kf accounts", KfAccountAuth, "", "<AuthAddOpenKfId>wk1</AuthAddOpenKfId><AuthAddOpenKfId>wk2</AuthAddOpenKfId><AuthDelOpenKfId>wk3</AuthDelOpenKfId>",
		Notice{AuthAddOpenKfID: []string{"wk1", "wk2"}, AuthDelOpenKfID: []string{"wk3"}},
		"event:kf_account_auth_change",
	},
	{"archive", Archive, "", "<AgentID>2000004</AgentID>", Notice{Agent: 2000004}, "event:msgaudit_notify"},
	{"job done", BatchJob, "", "<BatchJob><JobId>j</JobId><ErrCode>0</ErrCode></BatchJob>", Notice{}, "event:batch_job_result"},
}

func TestParse_ReadsEveryKindInBothEnvelopes(t *testing.T) {
	t.Parallel()
	for _, p := range payloads {
		for form, wrap := range map[string]func(event, change, rest string) string{"self-built": self, "third-party": suite} {
			t.Run(p.name+", "+form, func(t *testing.T) {
				t.Parallel()
				n, err := Parse([]byte(wrap(p.event, p.change, p.rest)))
				if err != nil {
					t.Fatal(err)
				}
				want := p.want
				want.Corp, want.Event, want.ChangeType, want.At, want.Known, want.From = "ww1", p.event, p.change, stamp, true, "sys"
				if form == "third-party" {
					want.Suite, want.From = "tj1", ""
				}
				if d := cmp.Diff(want, n, cmpopts.IgnoreFields(Notice{}, "Fields")); d != "" {
					t.Error(d)
				}
				if n.Key() != p.key {
					t.Errorf("Key = %s, want %s", n.Key(), p.key)
				}
			})
		}
	}
}

func TestParse_KeepsEveryTextByItsPath(t *testing.T) {
	t.Parallel()
	n, err := Parse([]byte(self(Directory, "update_user", "<UserID>z</UserID><Position></Position>"+
		"<ExtAttr>\n <Item><Name>a</Name></Item>\n <Item><Name>b &amp; c</Name></Item>\n</ExtAttr>")))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a", "b & c"}, n.Fields["ExtAttr/Item/Name"]); d != "" {
		t.Error(d)
	}
	if text, has := n.Text("Position"); text != "" || !has {
		t.Errorf("an emptied field reads %q, %v", text, has)
	}
	if _, has := n.Text("Mobile"); has {
		t.Error("a field that did not come is there")
	}
	if _, has := n.Fields["ExtAttr"]; has {
		t.Error("white space between elements became a text")
	}
}

func TestParse_UnknownKindsSaySo(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		self("brand_new_event", "", "<A><B>1</B></A>"),
		self(ExternalContact, "brand_new_change", ""),
		self(ExternalChat, "", ""),
	} {
		n, err := Parse([]byte(raw))
		if err != nil || n.Known {
			t.Errorf("Parse(%s) = %+v, %v", raw, n, err)
		}
	}
}

func TestParse_MessagesToTheApp(t *testing.T) {
	t.Parallel()
	n, err := Parse([]byte("<xml><ToUserName>ww1</ToUserName><FromUserName>zhang</FromUserName><CreateTime>1700000000</CreateTime>" +
		"<MsgType>text</MsgType><Content>hello</Content><MsgId>9</MsgId><AgentID>3</AgentID></xml>"))
	if err != nil || n.Event != Message || n.ChangeType != "text" || !n.Known || n.Key() != "from:zhang" || n.MsgID != "9" || n.Agent != 3 {
		t.Errorf("got %+v, %v", n, err)
	}
}

func TestParse_RefusesDamage(t *testing.T) {
	t.Parallel()
	whole := self(ExternalContact, AddContact, pairXML)
	for name, raw := range map[string]string{
		"empty":          "",
		"a DTD":          `<!DOCTYPE xml [<!ENTITY a "b">]>` + whole,
		"an entity":      "<xml><ToUserName>&a;</ToUserName></xml>",
		"an outside one": `<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>`,
		"two roots":      whole + whole,
		"another root":   strings.ReplaceAll(whole, "xml>", "soap>"),
		"text behind":    whole + "tail",
		"crossed ends":   "<xml><A><B></A></B></xml>",
		"too deep":       "<xml>" + strings.Repeat("<A>", maxDepth) + strings.Repeat("</A>", maxDepth) + "</xml>",
		"too many":       "<xml>" + strings.Repeat("<A/>", maxElements) + "</xml>",
		"too large":      "<xml><A>" + strings.Repeat("a", maxSize) + "</A></xml>",
		"another set":    `<?xml version="1.0" encoding="GBK"?>` + whole,
		"no event":       "<xml><ToUserName>ww1</ToUserName></xml>",
		"no corp":        "<xml><Event>subscribe</Event></xml>",
		"no customer":    self(ExternalContact, AddContact, "<UserID>u</UserID>"),
		"no member":      self(ExternalContact, AddContact, "<ExternalUserID>u</ExternalUserID>"),
		"no group":       self(ExternalChat, Update, ""),
		"not XML":        `{"a":1}`,
	} {
		if n, err := Parse([]byte(raw)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
	for cut := range len(whole) {
		if n, err := Parse([]byte(whole[:cut])); !fault.Is(err, fault.Invalid) {
			t.Fatalf("cut at %d: %+v, %v", cut, n, err)
		}
	}
}

func TestParseEnvelope(t *testing.T) {
	t.Parallel()
	e, err := ParseEnvelope([]byte("<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[abc=]]></Encrypt></xml>"))
	if d := cmp.Diff(Envelope{"ww1", 1000002, "abc="}, e); err != nil || d != "" {
		t.Error(err, d)
	}
	for _, raw := range []string{"", "<xml></xml>", "<xml><Encrypt></Encrypt></xml>", "<xml><Encrypt>abc"} {
		if _, err := ParseEnvelope([]byte(raw)); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseEnvelope(%q) = %v", raw, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range payloads {
		f.Add([]byte(self(p.event, p.change, p.rest)))
		f.Add([]byte(suite(p.event, p.change, p.rest)))
	}
	f.Add([]byte(`<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := Parse(raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("not a fault of the input: %v", err)
			}
			return
		}
		again, err := Parse(raw)
		if err != nil || n.Key() != again.Key() || n.Event == "" || n.Corp+n.Suite == "" || n.Key() == "" {
			t.Fatalf("%+v then %+v, %v", n, again, err)
		}
	})
}

func FuzzParseEnvelope(f *testing.F) {
	f.Add([]byte("<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID>1</AgentID><Encrypt><![CDATA[abc=]]></Encrypt></xml>"))
	f.Add([]byte("<xml><Encrypt>a</Encrypt"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ParseEnvelope(raw)
		if err == nil && e.Encrypt == "" {
			t.Fatalf("an envelope without content: %+v", e)
		}
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("not a fault of the input: %v", err)
		}
	})
}
