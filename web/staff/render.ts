import { unstableSetRender } from 'antd-mobile'
import { createRoot, type Root } from 'react-dom/client'

const roots = new WeakMap<Element | DocumentFragment, Root>()

/** Lets toasts and dialogs show: without it antd-mobile 5 shows nothing under React 19, and says nothing. */
export function showToasts() {
  unstableSetRender((node, container) => {
    const root = roots.get(container) ?? createRoot(container)
    roots.set(container, root)
    root.render(node)
    return async () => {
      await Promise.resolve()
      root.unmount()
      roots.delete(container)
    }
  })
}
