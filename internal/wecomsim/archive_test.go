package wecomsim

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// openRow reads an archived row with an own reading of the format.
func openRow(key *rsa.PrivateKey, row gjson.Result) (gjson.Result, error) {
	wrapped, err := base64.StdEncoding.DecodeString(row.Get("encrypt_random_key").Str)
	if err != nil {
		return gjson.Result{}, err
	}
	random, err := rsa.DecryptPKCS1v15(nil, key, wrapped) //nolint:staticcheck // the platform's padding
	if err != nil {
		return gjson.Result{}, err
	}
	data, err := base64.StdEncoding.DecodeString(row.Get("encrypt_chat_msg").Str)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return gjson.Result{}, errors.New("bad message")
	}
	sum := sha256.Sum256(random)
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return gjson.Result{}, err
	}
	plain := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(plain, data[aes.BlockSize:])
	plain = plain[:len(plain)-int(plain[len(plain)-1])]
	if !gjson.ValidBytes(plain) {
		return gjson.Result{}, errors.New("no JSON")
	}
	return gjson.ParseBytes(plain), nil
}

func (b *bench) archive(path string) gjson.Result {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.url+"/sim/archive/"+path, nil)
	b.must(err)
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	return gjson.ParseBytes(raw)
}

const archiveAuth = "corpid=ww0000000000000001&secret=sim-secret-main-archive"

func (b *bench) rows(seq int64) []gjson.Result {
	b.t.Helper()
	return b.ok(b.archive(fmt.Sprintf("chatdata?%s&seq=%d&limit=100", archiveAuth, seq))).Get("chatdata").Array()
}

func archiveKey(t *testing.T, b *bench) *rsa.PrivateKey {
	t.Helper()
	text, err := b.ArchiveKey()
	b.must(err)
	block, _ := pem.Decode([]byte(text))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	b.must(err)
	return key
}

func TestArchive_RowsOpenWithTheCorpsKey(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	key := archiveKey(t, b)
	c := b.friend("wang")
	b.must(b.SendText(c, "wang", "这件还有吗"))
	chat, _ := b.groupOf(1)
	b.must(b.SayInGroup(chat, "wang", "群里好"))
	picture := bytes.Repeat([]byte("x"), archiveChunk+10)
	b.must(b.SendImage("wang", c, picture))
	rows := b.rows(0)
	if len(rows) != 3 || rows[0].Get("seq").Int() != 1 || rows[0].Get("publickey_ver").Int() != 1 {
		t.Fatalf("rows %v", rows)
	}
	said, err := openRow(key, rows[0])
	b.must(err)
	if said.Get("from").Str != c || said.Get("tolist").Raw != `["wang"]` || said.Get("text.content").Str != "这件还有吗" || said.Get("action").Str != "send" ||
		said.Get("msgtime").Int() != start.UnixMilli() || said.Get("msgid").Str != rows[0].Get("msgid").Str {
		t.Errorf("said %s", said.Raw)
	}
	group, err := openRow(key, rows[1])
	b.must(err)
	if group.Get("roomid").Str != chat || group.Get("tolist.#").Int() != 1 {
		t.Errorf("in the group %s", group.Raw)
	}
	image, err := openRow(key, rows[2])
	b.must(err)
	var got []byte
	for index, done := "", false; !done; {
		r := b.ok(b.archive("media?" + archiveAuth + "&sdkfileid=" + image.Get("image.sdkfileid").Str + "&index=" + index))
		data, err := base64.StdEncoding.DecodeString(r.Get("data").Str)
		b.must(err)
		got, index, done = append(got, data...), r.Get("outindex").Str, r.Get("is_finish").Bool()
	}
	if !bytes.Equal(got, picture) {
		t.Errorf("the picture has %d bytes", len(got))
	}
	if rest := b.rows(2); len(rest) != 1 || rest[0].Get("seq").Int() != 3 {
		t.Errorf("after 2: %v", rest)
	}
	b.must(b.RecallArchived(said.Get("msgid").Str))
	recall, err := openRow(key, b.rows(3)[0])
	b.must(err)
	if recall.Get("action").Str != "recall" || recall.Get("revoke.pre_msgid").Str != said.Get("msgid").Str || recall.Get("text").Exists() {
		t.Errorf("recalled %s", recall.Raw)
	}
}

func TestArchive_AnotherKeyOpensNothing(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	old := archiveKey(t, b)
	c := b.friend("wang")
	b.must(b.SendText(c, "wang", "一"))
	fresh := archiveKey(t, staffed(t, Config{}))
	public, err := x509.MarshalPKIXPublicKey(&fresh.PublicKey)
	b.must(err)
	b.must(b.SetArchiveKey(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))))
	row := b.rows(0)[0]
	if row.Get("publickey_ver").Int() != 2 {
		t.Error("a new key is not a new version")
	}
	if _, err := openRow(old, row); err == nil {
		t.Error("the old key opens the row")
	}
	if _, err := openRow(fresh, row); err != nil {
		t.Error(err)
	}
	if _, err := b.ArchiveKey(); err == nil {
		t.Error("the simulator shows a key it does not have")
	}
	for _, bad := range []string{"", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		if err := b.SetArchiveKey(bad); err == nil {
			t.Errorf("took %q", bad)
		}
	}
}

func TestArchive_KeepsFiveDaysAndRefusesStrangers(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	b.must(b.SendText(c, "wang", "一"))
	b.must(b.Advance(3 * 24 * time.Hour))
	b.must(b.SendText(c, "wang", "二"))
	b.must(b.Advance(2*24*time.Hour + time.Second))
	if rows := b.rows(0); len(rows) != 1 || rows[0].Get("seq").Int() != 2 {
		t.Errorf("kept %v", rows)
	}
	for query, want := range map[string]int64{
		"corpid=wwx&secret=sim-secret-main-archive&seq=0&limit=1":        40013,
		"corpid=ww0000000000000001&secret=sim-secret-main&seq=0&limit=1": 40001,
		archiveAuth + "&seq=0&limit=1001":                                301058,
		archiveAuth + "&seq=x&limit=1":                                   40058,
	} {
		b.is(b.archive("chatdata?"+query), want)
	}
	b.is(b.archive("media?"+archiveAuth+"&sdkfileid=x"), 301048)
	b.SetKnobs(func(k *Knobs) { k.More.NoArchive = true })
	b.is(b.archive("chatdata?"+archiveAuth+"&seq=0&limit=1"), 301053)
}

func TestArchive_TellsAtMostEveryFifteenSeconds(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	cfg := r.config()
	cfg.Apps = []App{{Name: "archive", Secret: "sim-secret-main-archive", CallbackURL: cfg.CallbackURL, Token: cfg.Token, AESKey: cfg.AESKey, Events: []string{kindArchive}}}
	cfg.CallbackURL = ""
	b := staffed(t, cfg)
	c := b.friend("wang")
	for range 3 {
		b.must(b.SendText(c, "wang", "在"))
	}
	b.flush()
	if got := r.got(); len(got) != 1 || element(got[0], "Event") != "msgaudit_notify" {
		t.Errorf("told %q", got)
	}
	b.must(b.Advance(archiveNotify))
	b.flush()
	if got := r.got(); len(got) != 1 {
		t.Errorf("15 s later %d notices", len(got))
	}
	b.must(b.Advance(time.Hour))
	b.flush()
	if got := r.got(); len(got) != 0 {
		t.Errorf("without new messages %d notices", len(got))
	}
}

func TestMsgAudit_SaysWhoIsArchivedAndAgrees(t *testing.T) {
	t.Parallel()
	b := staffed(t, Config{})
	c := b.friend("wang")
	b.is(b.call("/msgaudit/get_permit_user_list", obj{}), 48002)
	b.login("sim-secret-main-archive")
	b.SetKnobs(func(k *Knobs) { k.More.ArchiveUsers = []string{"wang"} })
	if r := b.ok(b.call("/msgaudit/get_permit_user_list", obj{"type": 3})); r.Get("ids").Raw != `["wang"]` {
		t.Errorf("archived %s", r.Raw)
	}
	if r := b.ok(b.call("/msgaudit/get_permit_user_list", obj{"type": 1})); r.Get("ids.#").Int() != 0 {
		t.Errorf("archived %s", r.Raw)
	}
	b.is(b.call("/msgaudit/get_permit_user_list", obj{"type": 4}), 40058)
	ask := func(user, external string) gjson.Result {
		return b.call("/msgaudit/check_single_agree", obj{"info": []obj{{"userid": user, "exteranalopenid": external}}})
	}
	if r := b.ok(ask("wang", c)); r.Get("agreeinfo.0.agree_status").Str != "Default_Agree" {
		t.Errorf("got %s", r.Raw)
	}
	_, err := perform(b.Sim, "consent", consentArgs{Pair: Pair{"wang", c}}, consent)
	b.must(err)
	if r := b.ok(ask("wang", c)); r.Get("agreeinfo.0.agree_status").Str != "Agree" || r.Get("agreeinfo.0.status_change_time").Int() != start.Unix() || r.Get("agreeinfo.0.exteranalopenid").Str != c {
		t.Errorf("got %s", r.Raw)
	}
	b.is(ask("ghost", c), 301061)
	b.is(b.call("/msgaudit/check_single_agree", obj{"info": make([]obj, 101)}), 301060)
	chat, customers := b.groupOf(1)
	if r := b.ok(b.call("/msgaudit/check_room_agree", obj{"roomid": chat})); r.Get("agreeinfo.0.exteranalopenid").Str != customers[0] {
		t.Errorf("got %s", r.Raw)
	}
	b.is(b.call("/msgaudit/groupchat/get", obj{"roomid": chat}), 301059)
	room, err := b.CreateRoom(NewRoom{Name: "店长群", Creator: "wang", Members: []string{"li"}})
	b.must(err)
	if r := b.ok(b.call("/msgaudit/groupchat/get", obj{"roomid": room})); r.Get("roomname").Str != "店长群" || r.Get("members.#").Int() != 2 || r.Get("creator").Str != "wang" {
		t.Errorf("got %s", r.Raw)
	}
}
