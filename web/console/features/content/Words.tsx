import { Marked } from './Marked'

/** A text with its values set apart. */
export function Words({ text, query }: { text: string; query?: string }) {
  return <>{text.split(/(\{\{.*?\}\})/g).map((part, i) => (i % 2 === 1 ? <code key={i} className="y-content-var">{part.slice(2, -2).split('|')[0]?.trim()}</code> : <Marked key={i} text={part} query={query} />))}</>
}
