/** Shown until the page is written. */
export function BudgetPage() {
  return null
}
