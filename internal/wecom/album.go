package wecom

import "context"

// Product is an entry of the product album.
type Product struct {
	ProductID   string       `json:"product_id,omitempty"`
	ProductSN   string       `json:"product_sn,omitempty"`
	Description string       `json:"description,omitempty"` // 300 characters
	Price       int64        `json:"price,omitempty"`       // fen
	CreateTime  Unix         `json:"create_time,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"` // pictures, uploaded ForAlbum
}

type productID struct {
	ProductID string `json:"product_id"`
}

// AddProductAlbum makes an entry and gives its id.
func (c *Client) AddProductAlbum(ctx context.Context, p Product) (string, error) {
	a, err := write[productID](ctx, c, "/externalcontact/add_product_album", p)
	return a.ProductID, err
}

// GetProductAlbum reads an entry.
func (c *Client) GetProductAlbum(ctx context.Context, id string) (Product, error) {
	a, err := read[struct {
		Product Product `json:"product"`
	}](ctx, c, "/externalcontact/get_product_album", productID{id})
	return a.Product, err
}

// GetProductAlbumList lists entries; 100 at a time at most. next is "" at the end.
func (c *Client) GetProductAlbumList(ctx context.Context, cursor string, limit int) (list []Product, next string, err error) {
	a, err := read[struct {
		List       []Product `json:"product_list"`
		NextCursor string    `json:"next_cursor"`
	}](ctx, c, "/externalcontact/get_product_album_list", struct {
		Cursor string `json:"cursor,omitempty"`
		Limit  int    `json:"limit,omitempty"`
	}{cursor, limit})
	return a.List, a.NextCursor, err
}

// UpdateProductAlbum changes what is set.
func (c *Client) UpdateProductAlbum(ctx context.Context, p Product) error {
	return put(ctx, c, "/externalcontact/update_product_album", p)
}

// DeleteProductAlbum deletes an entry.
func (c *Client) DeleteProductAlbum(ctx context.Context, id string) error {
	return put(ctx, c, "/externalcontact/delete_product_album", productID{id})
}
