/** A slab of a drawn shape: a trapezoid around the middle. */
export interface Slab {
  top: number
  bottom: number
  path: string
}

/** Slabs whose widths follow values: the root keeps small ones visible. Each narrows or widens to the next. */
export function slabs(values: readonly (number | null)[], { middle, widest, height, gap = 6 }: { middle: number; widest: number; height: number; gap?: number }): Slab[] {
  const most = Math.max(1, ...values.map((v) => v ?? 0))
  const width = (v: number | null | undefined) => 18 + (widest - 18) * Math.sqrt(Math.max(0, v ?? 0) / most)
  return values.map((v, i) => {
    const [here, next] = [width(v), width(values[Math.min(i + 1, values.length - 1)])]
    const low = i === values.length - 1 ? here : (here + next) / 2
    const high = i === 0 ? here : (here + width(values[i - 1])) / 2
    const [top, bottom] = [i * height, i * height + height - gap]
    return { top, bottom, path: `M${middle - high / 2} ${top}H${middle + high / 2}L${middle + here / 2} ${(top + bottom) / 2}L${middle + low / 2} ${bottom}H${middle - low / 2}L${middle - here / 2} ${(top + bottom) / 2}Z` }
  })
}
