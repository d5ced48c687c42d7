import { theme, type ThemeConfig } from 'antd'
import { useSyncExternalStore } from 'react'

/** What the viewer chose: the system's colours, light or dark. */
export type Look = 'system' | 'light' | 'dark'

const key = 'yutang.look'
const listeners = new Set<() => void>()
const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)')
system?.addEventListener('change', apply)

/** The choice now. */
export function look(): Look {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Changes the choice and keeps it in this browser. */
export function setLook(next: Look) {
  localStorage.setItem(key, next)
  apply()
}

function dark(): boolean {
  return look() === 'dark' || (look() === 'system' && Boolean(system?.matches))
}

function apply() {
  document.documentElement.dataset.theme = dark() ? 'dark' : 'light'
  for (const tell of listeners) tell()
}
apply()

function subscribe(tell: () => void) {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

/** Whether the page is dark, followed by the component. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, dark)
}

/** The choice, followed by the component. */
export function useLook(): Look {
  return useSyncExternalStore(subscribe, look)
}

const shared: ThemeConfig['token'] = {
  colorPrimary: '#2e6be6', colorPrimaryHover: '#1f5bd6', colorPrimaryActive: '#174aae',
  borderRadius: 6,
  fontSize: 14,
  fontFamily: 'var(--y-font)',
  controlHeight: 32,
  wireframe: false,
}

const light: ThemeConfig['token'] = {
  colorLink: '#2560d4', colorLinkHover: '#1d4fb3', colorLinkActive: '#17418f',
  colorText: '#17202e', colorTextSecondary: '#465164', colorTextTertiary: '#5d687a', colorTextQuaternary: '#6b7688', colorTextDescription: '#5d687a', colorTextPlaceholder: '#667184',
  colorBgLayout: '#f3f5f9', colorBorderSecondary: '#e4e8ef', colorBorder: '#cdd4df',
  colorSuccess: '#057a3c', colorSuccessText: '#057a3c', colorWarning: '#8a5a00', colorWarningText: '#8a5a00', colorError: '#c0282d', colorErrorText: '#c0282d',
  colorSuccessBg: '#e3f5eb', colorSuccessBorder: '#a6d9bd', colorWarningBg: '#fdf2da', colorWarningBorder: '#ecd29a', colorErrorBg: '#fde9e8', colorErrorBorder: '#f2b8b5', colorInfoBg: '#e9f0fe', colorInfoBorder: '#b7cdf7',
  colorInfo: '#2560d4', boxShadowTertiary: '0 1px 2px rgb(16 24 40 / 6%)',
}

const night: ThemeConfig['token'] = {
  colorLink: '#82aaff', colorLinkHover: '#a5c2ff', colorLinkActive: '#c2d6ff',
  colorText: '#e8ecf3', colorTextSecondary: '#c0c9d6', colorTextTertiary: '#9aa6b7', colorTextQuaternary: '#8f9bad', colorTextDescription: '#9aa6b7', colorTextPlaceholder: '#8f9bad',
  colorBgLayout: '#0f131a', colorBgContainer: '#181d26', colorBgElevated: '#1f2530', colorBorderSecondary: '#2b3340', colorBorder: '#3a4453',
  colorSuccessBg: '#15332a', colorSuccessBorder: '#24533f', colorWarningBg: '#38301b', colorWarningBorder: '#5c4c25', colorErrorBg: '#422325', colorErrorBorder: '#6b3537', colorInfoBg: '#1b2c50', colorInfoBorder: '#2c4780',
  colorSuccess: '#4cc38a', colorWarning: '#e6b95e', colorError: '#ff8f8c', colorInfo: '#82aaff',
}

/** antd in our colours. */
export function antdTheme(isDark: boolean): ThemeConfig {
  return {
    // The build writes antd's styles (scripts/antd.mjs); a development server lets antd make them.
    zeroRuntime: import.meta.env.PROD, hashed: false, cssVar: { key: 'antd' },
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { ...shared, ...(isDark ? night : light) },
    components: {
      Table: { headerBg: 'transparent', headerColor: 'var(--y-faint)', headerSplitColor: 'transparent', cellPaddingBlock: 10, cellPaddingInline: 12, rowHoverBg: 'var(--y-line-soft)', cellPaddingBlockMD: 6, cellPaddingBlockSM: 5 },
      Tabs: { horizontalMargin: '0', itemSelectedColor: 'var(--y-primary-text)', itemColor: 'var(--y-text-2)' },
      Card: { headerFontSize: 14, headerHeight: 44, bodyPadding: 16, headerPadding: 16 },
      Tag: { defaultBg: 'var(--y-line-soft)', defaultColor: 'var(--y-text-2)' },
      Segmented: { itemColor: 'var(--y-text-2)', itemSelectedColor: 'var(--y-text)' },
    },
  }
}
