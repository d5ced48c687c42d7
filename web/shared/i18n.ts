import { useSyncExternalStore } from 'react'

/** The languages of the interface. Chinese is the source, English is complete. */
export type Lang = 'zh-CN' | 'en-US'

/** A text in Chinese and English, or two functions that make it. */
type Pair = readonly [string, string] | readonly [(...args: never[]) => string, (...args: never[]) => string]

type Dictionary = Record<string, Pair>

type Said<P extends Pair> = P[0] extends string ? string : P[0]

/** A dictionary in one language. */
export type Words<D extends Dictionary> = { readonly [K in keyof D]: Said<D[K]> }

/** Declares the texts of a part of the interface: a missing language is a type error. */
export function texts<const D extends Dictionary>(d: D): D {
  return d
}

const key = 'yutang.lang'
const listeners = new Set<() => void>()
let current: Lang = read()

function read(): Lang {
  const asked = new URLSearchParams(globalThis.location?.search).get('lang')
  const kept = asked ?? globalThis.localStorage?.getItem(key) ?? 'zh-CN'
  return kept.startsWith('en') ? 'en-US' : 'zh-CN'
}

/** The language now, for code outside components. */
export function lang(): Lang {
  return current
}

/** Changes the language everywhere at once and keeps it in this browser. */
export function setLang(next: Lang) {
  current = next
  localStorage.setItem(key, next)
  document.documentElement.lang = next
  for (const tell of listeners) tell()
}

/** Calls tell whenever the language changes, until the function that it gives back is called. */
export function onLang(tell: () => void) {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

/** The language, followed by the component. */
export function useLang(): Lang {
  return useSyncExternalStore(onLang, lang, lang)
}

const made = new WeakMap<object, Partial<Record<Lang, unknown>>>()

/** A dictionary in a language. The same object every time. */
export function words<D extends Dictionary>(d: D, l: Lang = current): Words<D> {
  const known = made.get(d) ?? {}
  made.set(d, known)
  known[l] ??= Object.fromEntries(Object.entries(d).map(([k, pair]) => [k, pair[l === 'zh-CN' ? 0 : 1]]))
  return known[l] as Words<D>
}

/** A dictionary in the language of the moment, followed by the component. */
export function useText<D extends Dictionary>(d: D): Words<D> {
  return words(d, useLang())
}

/** The text for a value that the server names, or the value itself when it is a new one. */
export function named<W extends Record<string, unknown>>(w: W, value: string | undefined): string {
  const said = value === undefined ? undefined : w[value]
  return typeof said === 'string' ? said : (value ?? '')
}
