package wecomsim

// attachment is what goes with a message to customers.
type attachment struct {
	MsgType     string       `json:"msgtype"`
	Image       *imagePart   `json:"image,omitempty"`
	Link        *linkPart    `json:"link,omitempty"`
	MiniProgram *miniPart    `json:"miniprogram,omitempty"`
	Video       *mediaIDPart `json:"video,omitempty"`
	File        *mediaIDPart `json:"file,omitempty"`
}

type imagePart struct {
	MediaID string `json:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty"`
}

type linkPart struct {
	Title   string `json:"title"`
	PicURL  string `json:"picurl,omitempty"`
	Desc    string `json:"desc,omitempty"`
	URL     string `json:"url"`
	MediaID string `json:"media_id,omitempty"` // cover, in moments
}

type miniPart struct {
	Title      string `json:"title"`
	PicMediaID string `json:"pic_media_id"`
	AppID      string `json:"appid"`
	Page       string `json:"page"`
}

type mediaIDPart struct {
	MediaID string `json:"media_id"`
}

type textPart struct {
	Content string `json:"content"`
}

// textContent is the text, "" without one.
func (t *textPart) textContent() string {
	if t == nil {
		return ""
	}
	return t.Content
}

// checkAttachments checks the attachments of a message to customers or groups: at most most,
// each of a known kind and within its limits, with live media of the class media/upload.
func (s *Sim) checkAttachments(list []attachment, most int) error {
	if len(list) > most {
		return code(41064)
	}
	for _, a := range list {
		if err := s.checkAttachment(a); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sim) checkAttachment(a attachment) error {
	switch {
	case a.MsgType == "image" && a.Image != nil:
		if a.Image.MediaID == "" && a.Image.PicURL != "" {
			return nil
		}
		return s.usable(a.Image.MediaID, mediaPlain, "image")
	case a.MsgType == "link" && a.Link != nil:
		return a.Link.check()
	case a.MsgType == "miniprogram" && a.MiniProgram != nil:
		return s.checkMini(a.MiniProgram)
	case a.MsgType == "video" && a.Video != nil:
		return s.usable(a.Video.MediaID, mediaPlain, "video")
	case a.MsgType == "file" && a.File != nil:
		return s.usable(a.File.MediaID, mediaPlain, "file")
	}
	return code(41065)
}

func (l *linkPart) check() error {
	switch {
	case l.Title == "":
		return code(41016)
	case len(l.Title) > 128:
		return code(45003)
	case len(l.Desc) > 512:
		return code(45004)
	case l.URL == "":
		return code(40035, "missing link url")
	case len(l.URL) > 2048 || len(l.PicURL) > 2048:
		return code(40039)
	}
	return nil
}

func (s *Sim) checkMini(m *miniPart) error {
	switch {
	case m.Title == "":
		return code(41016)
	case len(m.Title) > 64:
		return code(45003)
	case m.AppID == "" || m.Page == "":
		return code(40035, "missing miniprogram appid or page")
	}
	return s.usable(m.PicMediaID, mediaPlain, "image")
}
