/** The child of the body that an element is in: the app, or what lies over it. */
const layerOf = (e: Element) => e.closest('body > *') ?? undefined

/**
 * Gives the focus back when what had it goes away. Drawers and dialogs that are unmounted while open leave it nowhere:
 * it returns to where it was before, or to what opened the menu that it was in.
 */
export function keepFocus() {
  const before = new WeakMap<Element, Element>()
  let last: Element | undefined
  let lastLayer: Element | undefined
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return
    const layer = layerOf(target)
    const origin = lastLayer && before.get(lastLayer)
    const returns = origin !== undefined && layerOf(origin) === layer
    const from = last?.isConnected ? last : origin
    if (from && layer && layer !== lastLayer && layerOf(from) !== layer && !returns) before.set(layer, from)
    last = target
    lastLayer = layer
  })
  new MutationObserver((changes) => {
    for (const layer of changes.flatMap((c) => [...c.removedNodes])) {
      if (!(layer instanceof HTMLElement) || document.activeElement !== document.body) continue
      let to = before.get(layer)
      for (let tries = 0; to && !(to.checkVisibility?.() ?? true) && tries < 5; tries++) to = before.get(layerOf(to) ?? to)
      if (to instanceof HTMLElement) to.focus({ preventScroll: true })
    }
  }).observe(document.body, { childList: true })
}
