package wecomsim

import "math/rand/v2"

// surnames with their reading, the commonest first.
var surnames = []struct{ name, reading string }{
	{"王", "wang"},
	{"李", "li"},
	{"张", "zhang"},
	{"刘", "liu"},
	{"陈", "chen"},
	{"杨", "yang"},
	{"黄", "huang"},
	{"赵", "zhao"},
	{"吴", "wu"},
	{"周", "zhou"},
	{"徐", "xu"},
	{"孙", "sun"},
	{"马", "ma"},
	{"朱", "zhu"},
	{"胡", "hu"},
	{"郭", "guo"},
	{"何", "he"},
	{"林", "lin"},
	{"高", "gao"},
	{"罗", "luo"},
	{"郑", "zheng"},
	{"梁", "liang"},
	{"谢", "xie"},
	{"宋", "song"},
	{"唐", "tang"},
	{"许", "xu"},
	{"韩", "han"},
	{"冯", "feng"},
	{"邓", "deng"},
	{"曹", "cao"},
	{"彭", "peng"},
	{"曾", "zeng"},
	{"萧", "xiao"},
	{"田", "tian"},
	{"董", "dong"},
	{"潘", "pan"},
	{"袁", "yuan"},
	{"蔡", "cai"},
	{"蒋", "jiang"},
	{"余", "yu"},
	{"欧阳", "ouyang"},
	{"上官", "shangguan"},
}

var givenNames = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文婷欣怡子涵雨桐浩宇梓轩晨曦思远佳琪梦瑶俊熙雅静嘉懿煜城博文烨霖明哲语嫣若曦紫萱诗雅天佑")

var nicknames = []string{"小确幸", "向阳花", "清风徐来", "柠檬不酸", "山里的猫", "岁月静好", "大白", "豆豆妈", "阿宁", "星河", "Momo", "Lily", "吃货一枚", "半糖", "北方的海", "一米阳光"}

func surname(r *rand.Rand) int {
	// The commonest are far commoner.
	return min(r.IntN(len(surnames)), r.IntN(len(surnames)))
}

func given(r *rand.Rand) string {
	n := []rune{givenNames[r.IntN(len(givenNames))]}
	if r.IntN(3) > 0 {
		n = append(n, givenNames[r.IntN(len(givenNames))])
	}
	return string(n)
}

// personName is a plausible full name.
func personName(r *rand.Rand) string { return surnames[surname(r)].name + given(r) }

// customerName is what a person calls oneself in WeChat: often no full name.
func customerName(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return nicknames[r.IntN(len(nicknames))]
	case 1:
		return "小" + given(r)
	}
	return personName(r)
}
