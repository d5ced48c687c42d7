package contact

// ways names how a customer was added, by the platform's number.
var ways = map[int]string{
	1: "qr", 2: "phone_search", 3: "card", 4: "group", 5: "phone_book", 6: "wechat_friend", 8: "service_app", 9: "mail_search",
	10: "channels", 11: "calendar", 12: "meeting", 13: "wecom_of_wechat", 14: "device", 15: "door_service", 16: "acquisition_link",
	17: "custom", 18: "demand", 21: "presales", 22: "partner", 24: "friend_request", 201: "shared", 202: "assigned",
}

// WayName is a way of adding as text, such as "qr"; "" if it is unknown.
func WayName(way int) string { return ways[way] }

// wayChannel is the channel of a relation that came through no code of ours.
func wayChannel(way int) string {
	if name := ways[way]; name != "" {
		return "wecom_" + name
	}
	return ""
}
