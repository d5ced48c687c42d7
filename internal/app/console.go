package app

import "context"

// SetupLink is the one-time link to make the owner's account, "" when somebody can get in.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	token, err := a.access.SetupToken(ctx)
	if err != nil || token == "" {
		return "", err
	}
	return "http://" + a.Address() + "/setup?token=" + token, nil
}
