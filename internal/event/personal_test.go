package event

import "testing"

// covers: J3
func TestPersonal_KnowsNamesOfPersonalData(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"phone", "Mobile", "contact_phone", "receiver_name", "Consignee Name", "buyerName", "shipping_address", "firstName",
		"$email", "收货人", "收货人姓名", "联系电话", "家庭住址", "手机号码", "id-card",
	} {
		if !Personal(name) {
			t.Errorf("%q is not taken as personal", name)
		}
	}
	for _, name := range []string{"product_name", "campaign_name", "brand_name", "city", "revenue", "category", "商品名称", "rename"} {
		if Personal(name) {
			t.Errorf("%q is taken as personal", name)
		}
	}
}
