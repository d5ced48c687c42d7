package wecom

// Kinds of attachments.
const (
	AttachImage   = "image"
	AttachLink    = "link"
	AttachMini    = "miniprogram"
	AttachVideo   = "video"
	AttachFile    = "file"
	MaxAttachment = 9
)

// TextContent is the text of a message.
type TextContent struct {
	Content string `json:"content,omitempty"`
}

// MediaContent names an uploaded file.
type MediaContent struct {
	MediaID string `json:"media_id,omitempty"`
}

// ImageContent is a picture: an uploaded one or the address of UploadImage.
type ImageContent struct {
	MediaID string `json:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty"`
}

// LinkContent is a link. PicURL is the cover in messages, MediaID in moments.
type LinkContent struct {
	Title   string `json:"title,omitempty"`
	PicURL  string `json:"picurl,omitempty"`
	MediaID string `json:"media_id,omitempty"`
	Desc    string `json:"desc,omitempty"`
	URL     string `json:"url,omitempty"`
}

// MiniProgContent is a card of a mini program.
type MiniProgContent struct {
	Title      string `json:"title,omitempty"`
	PicMediaID string `json:"pic_media_id,omitempty"`
	AppID      string `json:"appid,omitempty"`
	Page       string `json:"page,omitempty"`
}

// Attachment is one attachment of a message; MsgType says which field holds it.
type Attachment struct {
	MsgType     string           `json:"msgtype,omitempty"`
	Image       *ImageContent    `json:"image,omitempty"`
	Link        *LinkContent     `json:"link,omitempty"`
	MiniProgram *MiniProgContent `json:"miniprogram,omitempty"`
	Video       *MediaContent    `json:"video,omitempty"`
	File        *MediaContent    `json:"file,omitempty"`
}

// ImageAttachment is an uploaded picture.
func ImageAttachment(mediaID string) Attachment {
	return Attachment{MsgType: AttachImage, Image: &ImageContent{MediaID: mediaID}}
}

// LinkAttachment is a link.
func LinkAttachment(l LinkContent) Attachment { return Attachment{MsgType: AttachLink, Link: &l} }

// MiniProgramAttachment is a card of a mini program.
func MiniProgramAttachment(m MiniProgContent) Attachment {
	return Attachment{MsgType: AttachMini, MiniProgram: &m}
}

// VideoAttachment is an uploaded video.
func VideoAttachment(mediaID string) Attachment {
	return Attachment{MsgType: AttachVideo, Video: &MediaContent{MediaID: mediaID}}
}

// FileAttachment is an uploaded file.
func FileAttachment(mediaID string) Attachment {
	return Attachment{MsgType: AttachFile, File: &MediaContent{MediaID: mediaID}}
}

func textOf(s string) *TextContent {
	if s == "" {
		return nil
	}
	return &TextContent{Content: s}
}
