import { marked } from './diff'

/** A text in which what was searched is marked. */
export function Marked({ text, query }: { text: string; query?: string }) {
  if (!query) return <>{text}</>
  return <>{marked(text, query).map((part, i) => (part.hit ? <mark key={i}>{part.text}</mark> : part.text))}</>
}
