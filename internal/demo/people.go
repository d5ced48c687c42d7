package demo

import (
	"slices"
	"strconv"
	"strings"

	"yutang/internal/demo/retail"
)

// item is a product of the shop.
type item struct {
	code  string
	name  string
	price float64 // pounds
}

// shopper is a customer of the history and what they bought, each product once.
type shopper struct {
	member  string
	country string
	basket  []int // places in people.items
}

// people are the customers and the goods that the activity is made of.
type people struct {
	items    []item
	shoppers []shopper
	common   []int // what was bought most, for new visitors
}

// learn reads the history once.
func learn(each func(func(retail.Line) error) error) (*people, error) {
	p := &people{}
	items, shoppers, sold := map[string]int{}, map[string]int{}, map[int]int{}
	bought := map[[2]int]bool{}
	err := each(func(l retail.Line) error {
		price, err := strconv.ParseFloat(l.UnitPrice, 64)
		if err != nil || price <= 0 || l.Quantity <= 0 || l.CustomerID == "" || !isProduct(l.StockCode) {
			return nil
		}
		i, known := items[l.StockCode]
		if !known {
			i = len(p.items)
			items[l.StockCode] = i
			p.items = append(p.items, item{code: l.StockCode})
		}
		p.items[i].name, p.items[i].price = strings.TrimSpace(l.Description), price
		sold[i]++
		s, known := shoppers[l.CustomerID]
		if !known {
			s = len(p.shoppers)
			shoppers[l.CustomerID] = s
			p.shoppers = append(p.shoppers, shopper{member: strings.TrimSuffix(l.CustomerID, ".0"), country: l.Country})
		}
		if !bought[[2]int{s, i}] {
			bought[[2]int{s, i}] = true
			p.shoppers[s].basket = append(p.shoppers[s].basket, i)
		}
		return nil
	})
	for i := range p.items {
		p.common = append(p.common, i)
	}
	slices.SortFunc(p.common, func(a, b int) int { return sold[b] - sold[a] })
	p.common = p.common[:min(300, len(p.common))]
	return p, err
}

// isProduct tells goods from postage, fees and corrections.
func isProduct(code string) bool { return len(code) >= 5 && code[0] >= '0' && code[0] <= '9' }
