/** In place of resize-observer-polyfill, which antd-mobile's hooks ask for. */
export default globalThis.ResizeObserver
