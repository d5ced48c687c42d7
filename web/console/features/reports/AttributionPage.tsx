export function AttributionPage() { return null }
