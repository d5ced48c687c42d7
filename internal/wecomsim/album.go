package wecomsim

import (
	"strings"
	"unicode/utf8"
)

const (
	albumText  = 300       // characters
	albumPrice = 5_000_000 // fen
	albumSN    = 128       // bytes
	albumParts = 9
	snChars    = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// product is one of the product album (商品图册).
type product struct {
	seq         int64
	id, app     string
	description string
	price       int64
	sn          string
	parts       []attachment
	made        int64
	deleted     bool
}

type productArgs struct {
	ID          string        `json:"product_id"`
	Description *string       `json:"description"`
	Price       *int64        `json:"price"`
	SN          *string       `json:"product_sn"`
	Parts       *[]attachment `json:"attachments"`
	Limit       int           `json:"limit"`
	Cursor      string        `json:"cursor"`
}

func albumEndpoints() []endpoint {
	return []endpoint{
		{method: post, path: "/externalcontact/add_product_album", need: permContact, run: addProduct},
		{method: post, path: "/externalcontact/get_product_album", need: permContact, run: getProduct},
		{method: post, path: "/externalcontact/get_product_album_list", need: permContact, run: listProducts},
		{method: post, path: "/externalcontact/update_product_album", need: permContact, run: updateProduct},
		{method: post, path: "/externalcontact/delete_product_album", need: permContact, run: deleteProduct},
	}
}

// set checks and takes over what is given.
func (p *product) set(s *Sim, a productArgs) error {
	next := *p
	put(&next.description, a.Description)
	put(&next.price, a.Price)
	put(&next.sn, a.SN)
	put(&next.parts, a.Parts)
	switch {
	case next.description == "":
		return code(41087)
	case utf8.RuneCountInString(next.description) > albumText:
		return code(41073)
	case next.price <= 0 || next.price > albumPrice:
		return code(41086)
	case len(next.sn) > albumSN || strings.Trim(next.sn, snChars) != "":
		return code(41085)
	case len(next.parts) == 0:
		return code(41088)
	case len(next.parts) > albumParts:
		return code(41064)
	}
	if a.Parts != nil {
		for _, part := range next.parts {
			if part.MsgType != "image" || part.Image == nil {
				return code(41065)
			}
			if err := s.usable(part.Image.MediaID, mediaAlbum, "image"); err != nil {
				return err
			}
		}
	}
	*p = next
	return nil
}

func addProduct(s *Sim, c *call) (any, error) {
	var a productArgs
	if err := c.bind(&a); err != nil {
		return nil, err
	}
	p := &product{seq: int64(len(s.more.products)) + 1, app: c.app.Name, made: s.at.Unix()}
	if err := p.set(s, a); err != nil {
		return nil, err
	}
	p.id = s.ids.make("prod", 28)
	s.more.products = append(s.more.products, p)
	return obj{"product_id": p.id}, nil
}

// product reads the call and finds a product of the calling app.
func (c *call) product(s *Sim, a *productArgs) (*product, error) {
	if err := c.bind(a); err != nil {
		return nil, err
	}
	for _, p := range s.more.products {
		if p.id != a.ID || p.app != c.app.Name {
			continue
		}
		if p.deleted {
			return nil, code(41074)
		}
		return p, nil
	}
	return nil, code(41075)
}

func (p *product) shape() obj {
	return obj{
		"product_id": p.id, "description": p.description, "price": p.price, "product_sn": p.sn, "create_time": p.made, "attachments": p.parts,
	}
}

func getProduct(s *Sim, c *call) (any, error) {
	p, err := c.product(s, &productArgs{})
	if err != nil {
		return nil, err
	}
	return obj{"product": p.shape()}, nil
}

func listProducts(s *Sim, c *call) (any, error) {
	var a productArgs
	if err := c.bindOptional(&a); err != nil {
		return nil, err
	}
	limit, err := c.limit(a.Limit, 50, 100)
	if err != nil {
		return nil, err
	}
	from, err := c.after(a.Cursor)
	if err != nil {
		return nil, err
	}
	list, next := []obj{}, ""
	for _, p := range s.more.products {
		if p.seq <= from || p.deleted || p.app != c.app.Name {
			continue
		}
		if len(list) == limit {
			next = cursorOf(from)
			break
		}
		list, from = append(list, p.shape()), p.seq
	}
	return withCursor(obj{"product_list": list}, next), nil
}

func updateProduct(s *Sim, c *call) (any, error) {
	var a productArgs
	p, err := c.product(s, &a)
	if err != nil {
		return nil, err
	}
	return nil, p.set(s, a)
}

func deleteProduct(s *Sim, c *call) (any, error) {
	p, err := c.product(s, &productArgs{})
	if err != nil {
		return nil, err
	}
	p.deleted = true
	return nil, nil
}
