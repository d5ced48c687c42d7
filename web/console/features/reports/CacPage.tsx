export function CacPage() { return null }
